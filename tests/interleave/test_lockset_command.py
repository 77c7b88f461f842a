"""`uringreview simulate --lockset` on a small repository of our own."""

import json
import sys
from pathlib import Path

import pytest

from tests.support.diffs import file_diff
from tests.support.mail import autosel
from tests.support.repos import Repo
from uringreview.cli import main

SOURCE = """\
struct item {
	struct owner *own;
	int n;
};

static void fired(struct item *it)
{
	spin_lock(&it->own->t_lock);
	it->n = 0;
	spin_unlock(&it->own->t_lock);
}

void arm(struct item *it)
{
	hrtimer_setup(&it->timer, fired, 0, 0);
}
"""
HUNK = (
    "@@ -5,8 +5,6 @@ struct item {\n \n static void fired(struct item *it)\n {\n"
    "-\tspin_lock(&it->own->t_lock);\n \tit->n = 0;\n-\tspin_unlock(&it->own->t_lock);\n }\n \n"
)
OTHER = "@@ -1,1 +1,1 @@\n-one\n+two\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    repo = Repo.create(tmp_path / "linux")
    repo.commit("linux-6.12.y", {"ring/deep/a.c": SOURCE, "ring/deep/b.h": "struct other;\n", "README": "one\n"})
    return repo.path


def mail(folder: Path, diff: str, name: str) -> Path:
    path = folder / f"{name}.eml"
    path.write_bytes(autosel(position=ord(name), diff=diff, upstream=name * 40))
    return path


def test_the_table_of_a_patch_is_printed_with_where_it_was_read(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("tree_sitter_c")
    path = mail(tmp_path, file_diff("ring/deep/a.c", [HUNK]), "a")
    assert main(["simulate", "--lockset", str(path), "--clone", str(clone)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("heuristic: ")
    assert "on linux-6.12.y" in text
    assert "hrtimer        write {t_lock} -> {}" in text
    assert main(["simulate", "--lockset", str(path), "--clone", str(clone), "--format", "json"]) == 0
    (patch,) = json.loads(capsys.readouterr().out)["patches"]
    (row,) = patch["rows"]
    assert (row["field"], row["before"], row["after"], row["line"]) == ("item->n", ["t_lock"], [], 8)


def test_a_patch_without_c_or_without_a_branch_says_so(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("tree_sitter_c")
    text = mail(tmp_path, file_diff("README", [OTHER]), "b")
    gone = mail(tmp_path, file_diff("ring/gone.c", [OTHER]), "c")
    assert main(["simulate", "--lockset", str(text), str(gone), "--clone", str(clone)]) == 0
    out = capsys.readouterr().out
    assert "changes no C file" in out
    assert "does not apply to any branch of the clone" in out


def test_without_tree_sitter_one_sentence_says_how_to_get_it(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tree_sitter", None)
    path = mail(tmp_path, file_diff("ring/deep/a.c", [HUNK]), "a")
    assert main(["simulate", "--lockset", str(path), "--clone", str(clone)]) == 2
    assert "pip install 'uringreview[lockset]'" in capsys.readouterr().err


def test_words_that_do_not_go_together_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--lockset", "x"], ["--clone", "x"], ["--lockset", "x", "--clone", "y", "--orders"]):
        with pytest.raises(SystemExit):
            main(["simulate", *words])
        assert "go together" in capsys.readouterr().err
