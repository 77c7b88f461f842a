"""The report keeps its shape, says nothing that was not found, and nothing in a mail acts on who reads it."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import mail
from tests.support.review import DIFF, facts, listed, patch
from uringreview.diff.parse import parse_diff
from uringreview.kernel.status import Cell, Flag, FlagKind, Status
from uringreview.mail.message import Address, Source, Span, read_message
from uringreview.mail.queue import Note, Problem, Queue, Reply, Row
from uringreview.rationale.check import Mark, MarkWord
from uringreview.rationale.claims import Claim, ClaimKind
from uringreview.review.facts import Desk, answers_of
from uringreview.review.render import as_csv, as_json_text, as_text
from uringreview.review.report import build_report
from uringreview.review.terminal import cell, shown
from uringreview.series.graph import Edge, Group, LaterFix, Member, Reason

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text(encoding="utf-8"))


def desk(text: str = "plain", name: str = "Sam") -> Desk:
    """One loaded patch with everything that a report can say of it, and one row that is not loaded."""
    one = patch(title=text, sender=Address(name, "sam@kernel.example"))
    person = Reply(name, None, one.message, None)
    row = Row(one, None, "batch", (person,))
    absent = Row(None, listed(f"[PATCH AUTOSEL 7.0] {text}", position=7), "batch", (Reply(name, None, None, None),))
    edge = Edge("0123456789ab", "aaaaaaaaaaaa", (Reason(text, None, None),))
    group = Group((Member("aaaaaaaaaaaa", None, text, "7.0"), Member("0123456789ab", one.key, text, "7.0")), (edge,))
    claim = Claim(ClaimKind.FILES, 2, "2.1", text, Span(0, 3), (1,))
    known = replace(
        facts(one, LaterFix("0123456789ab", None, text, "later.eml")),
        row=row,
        diff=parse_diff(DIFF),
        marks=(Mark(claim, MarkWord.CONTRADICTED, text),),
        cells=(Cell(one.key, "linux-7.0.y", Status.CLEAN, ""), Cell(one.key, "linux-6.6.y", Status.CONFLICT, text)),
        group=group,
        needs=(edge,),
    )
    queue = Queue((row, absent), (), (Problem(Source("broken.eml"), text),))
    return Desk(queue, (known,), (group,), ("linux-7.0.y", "linux-6.6.y"), "clone", queue.problems)


def test_what_was_left_out_folded_or_flagged_is_told_in_json_and_text() -> None:
    whole = desk()
    row = replace(
        whole.queue.rows[0], also=(read_message(mail.autosel(title="ring: an older sending"), Source("older.eml")),)
    )
    flag = Flag(FlagKind.SEVERAL_PLACES, "fits at 2 places in lib/x.c", places=2)
    cells = (replace(whole.facts[0].cells[0], flags=(flag,)), whole.facts[0].cells[1])
    queue = replace(
        whole.queue, rows=(row, whole.queue.rows[1]), notes=(Note(Source("series"), "2 lines are switched off"),)
    )
    report = build_report(replace(whole, queue=queue, facts=(replace(whole.facts[0], row=row, cells=cells),)))
    said = json.loads(as_json_text(report))
    jsonschema.validate(said, SCHEMA)
    assert said["notes"] == [{"source": "series", "text": "2 lines are switched off"}]
    assert said["patches"][0]["also"] == [row.also[0].message_id]
    assert said["patches"][0]["branches"][0]["flags"] == ["fits at 2 places in lib/x.c"]
    text = as_text(report)
    for expected in ("2 lines are switched off", "fits at 2 places", f"sent before as {row.also[0].message_id}"):
        assert expected in text


def test_a_range_that_does_not_apply_is_a_finding_and_no_clone_is_none() -> None:
    whole = desk()
    one = patch(title="plain", subject="[PATCH AUTOSEL 7.0-6.6] plain")
    row = replace(whole.queue.rows[0], patch=one)
    known = replace(whole.facts[0], row=row)
    queue = replace(whole.queue, rows=(row, whole.queue.rows[1]))
    tried = build_report(replace(whole, queue=queue, facts=(known,)))
    assert any("conflicts on 6.6" in finding for finding in tried.patches[0].range_findings)
    untried = build_report(replace(whole, queue=queue, facts=(replace(known, cells=()),)))
    assert untried.patches[0].range_findings == ()


def test_the_json_follows_the_published_schema_and_counts_the_queue() -> None:
    report = json.loads(as_json_text(build_report(desk())))
    jsonschema.validate(report, SCHEMA)
    assert report["queue"] == {
        "patches": 1,
        "not_loaded": 1,
        "replies": 2,
        "problems": [{"source": "broken.eml", "reason": "plain"}],
    }
    loaded, absent = report["patches"]
    assert (loaded["loaded"], loaded["upstream"], loaded["range"]) == (
        True,
        "0123456789abcdef0123456789abcdef01234567",
        {"newest": "7.0", "oldest": "6.6"},
    )
    assert loaded["diff"]["files"] == [{"path": "ring/chain.c", "added": 2, "removed": 0}]
    assert [each["status"] for each in loaded["branches"]] == ["clean", "conflict"]
    assert loaded["needs"] == [{"upstream": "aaaaaaaaaaaa", "reasons": ["plain"]}]
    assert (absent["loaded"], absent["position"], absent["verdict"], absent["branches"]) == (False, 7, "none", [])
    assert [each["loaded"] for each in report["series"][0]["members"]] == [False, True]


def described(schema: dict[str, object], value: object, at: str = "") -> list[str]:
    """The keys of `value`, and of what is in it, that `schema` does not describe."""
    while "$ref" in schema:
        schema = SCHEMA["$defs"][str(schema["$ref"]).rpartition("/")[2]]
    if isinstance(value, list):
        items = schema.get("items", {})
        assert isinstance(items, dict)
        return [one for each in value for one in described(items, each, f"{at}[]")]
    if not isinstance(value, dict):
        return []
    known = schema.get("properties", {})
    assert isinstance(known, dict)
    inner = [one for key, each in value.items() if key in known for one in described(known[key], each, f"{at}.{key}")]
    return [*(f"{at}.{key}" for key in value if key not in known), *inner]


def test_every_key_that_is_written_is_described() -> None:
    """A merge once took the claims' evidence, the diff and the branches out of the schema, and nothing noticed."""
    assert described(SCHEMA, json.loads(as_json_text(build_report(desk())))) == []


def test_the_schema_refuses_another_word() -> None:
    report = json.loads(as_json_text(build_report(desk())))
    report["patches"][0]["claims"][0]["verdict"] = "probably"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report, SCHEMA)


def test_the_csv_has_a_row_a_patch_and_a_column_a_branch() -> None:
    head, loaded, absent = csv.reader(io.StringIO(as_csv(build_report(desk()))))
    row = dict(zip(head, loaded, strict=True))
    assert (row["linux-7.0.y"], row["linux-6.6.y"]) == ("clean", "conflict")
    assert (row["range"], row["contradicted"], row["loaded"]) == ("7.0-6.6", "1", "yes")
    assert dict(zip(head, absent, strict=True))["loaded"] == "no"


def test_the_text_names_what_is_false_what_is_missing_and_what_is_not_loaded() -> None:
    text = as_text(build_report(desk()))
    for part in (
        "1 patch, 1 not loaded, 2 replies",
        "contradicted: phase 2",
        "linux-6.6.y",
        "missing here",
        "Not loaded:",
    ):
        assert part in text


def answered(*own: str, sender: str = "Rita Reviewer <rita@kernel.example>") -> Desk:
    """The desk with its patch answered, each text a mail of its own."""
    plain = desk()
    replies = tuple(
        Reply(sender.partition(" <")[0], None, read_message(mail.reply(own=one, sender=sender), Source("a")), None)
        for one in own
    )
    row = replace(plain.queue.rows[0], replies=replies)
    known = replace(plain.facts[0], row=row, answers=answers_of(row))
    return replace(plain, queue=replace(plain.queue, rows=(row, plain.queue.rows[1])), facts=(known,))


def test_an_answer_is_reported_with_what_it_says_and_counts_against_the_patch() -> None:
    report = json.loads(as_json_text(build_report(answered("Hm.\n\nThis needs c0ffee123456 first.", "Thanks!"))))
    jsonschema.validate(report, SCHEMA)
    first, second = report["patches"][0]["replies"]
    assert (first["stance"], first["words"], first["ids"]) == (
        "needs",
        "This needs c0ffee123456 first.",
        ["c0ffee123456"],
    )
    assert (second["stance"], second["ids"]) == ("note", [])
    assert report["patches"][0]["against"][0] == "Rita Reviewer says needs: This needs c0ffee123456 first."
    assert report["patches"][1]["replies"][0]["stance"] is None
    assert report["tally"]["stances"] == [
        {"stance": "needs", "people": 1, "bots": 0},
        {"stance": "note", "people": 1, "bots": 0},
    ]
    assert report["tally"]["objected"] == 1


def test_the_summary_has_a_line_a_patch_and_tables_of_layouts_verdicts_and_stances() -> None:
    text = as_text(build_report(answered("Please drop this.")), summary=True)
    lines = text.splitlines()
    assert any(line.endswith("(Rita Reviewer: drop)") for line in lines)
    words = [line.split() for line in lines]
    assert ["rationales", "yes", "no", "none", "error", "all"] in words
    assert ["none", "0", "0", "1", "0", "1"] in words
    assert ["drop", "1", "0"] in words
    assert "2 mails, 1 patch, 2 replies, 1 problem, 0 duplicates" in lines
    assert "1 that a person objected to, 0 with nothing known against them" in lines


def test_the_csv_says_who_said_what_and_what_is_against_a_patch() -> None:
    head, loaded, _ = csv.reader(io.StringIO(as_csv(build_report(answered("NAK.")))))
    row = dict(zip(head, loaded, strict=True))
    assert row["stances"] == "Rita Reviewer: nak"
    assert row["against"].startswith("Rita Reviewer says nak: NAK.; ")


RENDERERS = {"json": as_json_text, "csv": as_csv, "text": as_text, "summary": partial(as_text, summary=True)}


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS.keys())
@given(text=st.text(st.characters(codec=None), max_size=60), name=st.text(st.characters(codec=None), max_size=20))
def test_no_character_of_a_mail_acts_on_a_terminal(render: Callable[..., str], text: str, name: str) -> None:
    out = render(build_report(desk(text, name)))
    assert all(line.isprintable() for line in shown_lines(out))
    out.encode("utf-8")


def shown_lines(out: str) -> list[str]:
    """The lines of an output; blanks other than U+0020 print as what they are and do no harm."""
    return [
        "".join(
            " " if each.isspace() and each not in "\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029\t" else each
            for each in line
        )
        for line in out.split("\n")
    ]


def test_hidden_characters_are_shown_as_escapes() -> None:
    assert shown("a\x1b[2Jb\u202ec\u200bd\udce9\U000e0041\u3164") == "a\\x1b[2Jb\\u202ec\\u200bd\\xe9\\U000e0041\\u3164"
    assert shown("Grüße, 漢字 ✓") == "Grüße, 漢字 ✓"


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2", "@sum", "\t=1", "\r\n=1", " =1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")
