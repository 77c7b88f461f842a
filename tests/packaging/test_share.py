"""What a package puts under /usr/share: made from the command line's own parsers, and what other tools say of it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from uringreview import __version__
from uringreview.desktop_entry import install_desktop
from uringreview.options import COMMANDS
from uringreview.resources import shared

ROOT = Path(__file__).resolve().parents[2]


def needs(tool: str) -> str:
    """The path of `tool`; skips the test where the machine has none."""
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not installed")
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The completions and the man page as the parsers of today give them."""
    folder = tmp_path_factory.mktemp("share")
    subprocess.run(
        [sys.executable, ROOT / "packaging/make-share", folder],
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return folder


def test_the_packed_completions_and_man_page_are_those_of_the_parsers_of_today(made: Path) -> None:
    stale = [
        str(path.relative_to(made))
        for path in made.rglob("*")
        if path.is_file() and path.read_text() != shared(str(path.relative_to(made))).read_text()
    ]
    assert stale == [], "run packaging/make-share"


@pytest.mark.parametrize(("words", "offered"), [(("re",), "report"), (("re",), "reply.mbox"), (("--th",), "--theme")])
def test_bash_completes_a_first_word_to_commands_options_and_files(
    tmp_path: Path, words: tuple[str, ...], offered: str
) -> None:
    (tmp_path / "reply.mbox").touch()
    assert offered in bash(tmp_path, *words)


def test_bash_completes_what_an_option_takes(tmp_path: Path) -> None:
    assert set(bash(tmp_path, "report", "--format", "")) >= {"text", "json", "csv"}


def bash(folder: Path, *words: str) -> list[str]:
    """What bash offers for the last of `words` after `uringreview`."""
    script = shared("bash-completion", "completions", "uringreview")
    line = (
        'source "$0"; COMP_WORDS=(uringreview "$@"); COMP_CWORD=$#; _shtab_uringreview 2>/dev/null;'
        ' printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        [needs("bash"), "-c", line, script, *words], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.split("\n")


def test_fish_completes_commands_and_files(tmp_path: Path) -> None:
    (tmp_path / "reply.mbox").touch()
    script = shared("fish", "vendor_completions.d", "uringreview.fish")
    line = f"source {script}; complete -C 'uringreview re'"
    done = subprocess.run([needs("fish"), "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert {each.split("\t")[0] for each in done.stdout.splitlines()} >= {"report", "reply", "reply.mbox"}


def test_zsh_reads_its_completions() -> None:
    subprocess.run([needs("zsh"), "-n", shared("zsh", "site-functions", "_uringreview")], check=True)


def test_man_has_no_complaint_about_the_page_and_it_names_every_command() -> None:
    page = shared("man", "man1", "uringreview.1")
    done = subprocess.run(
        [needs("man"), "--warnings", "-E", "UTF-8", "-l", "-Tutf8", page], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert all(f"uringreview {command.name}" in done.stdout for command in COMMANDS)


def test_desktop_file_validate_accepts_the_entry() -> None:
    path = shared("applications", "uringreview.desktop")
    subprocess.run([needs("desktop-file-validate"), path], check=True)


def test_appstreamcli_accepts_the_metainfo() -> None:
    path = shared("metainfo", "org.uringreview.uringreview.metainfo.xml")
    subprocess.run([needs("appstreamcli"), "validate", "--no-net", path], check=True, capture_output=True)


def test_an_installed_entry_starts_a_program_whose_path_has_a_space(tmp_path: Path) -> None:
    written = install_desktop(("/opt/my tools/100%/uringreview",), tmp_path / "share")
    assert all(path.is_file() for path in written)
    entry = (tmp_path / "share/applications/uringreview.desktop").read_text()
    assert 'Exec="/opt/my tools/100%%/uringreview" %F' in entry.splitlines()
    if validate := shutil.which("desktop-file-validate"):
        subprocess.run([validate, written[0]], check=True)


def test_the_newest_change_and_release_are_those_of_this_version() -> None:
    newest = re.search(r"(?m)^## (\S+) \((\S+)\)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert newest is not None
    assert newest[1] == __version__
    metainfo = shared("metainfo", "org.uringreview.uringreview.metainfo.xml").read_text(encoding="utf-8")
    assert f'<release version="{newest[1]}" date="{newest[2]}"/>' in metainfo
