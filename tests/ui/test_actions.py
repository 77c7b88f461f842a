"""The one table of actions: complete, free of clashes, and what the documentation says."""

from pathlib import Path

import pytest

from uringreview.ui.actions import ACTIONS, acts_in_lists, keys_document, shown_key
from uringreview.ui.palette import fuzzy_score, matches

DOCS = Path(__file__).resolve().parents[2] / "docs" / "keys.md"


def test_the_documented_keys_are_the_tables() -> None:
    assert DOCS.read_text(encoding="utf-8") == keys_document()


def test_no_two_actions_share_a_name_or_a_key() -> None:
    names = [one.name for one in ACTIONS]
    keys = [(key, one.in_simulator, one.in_series) for one in ACTIONS for key in one.keys]
    assert len(set(names)) == len(names)
    assert len(set(keys)) == len(keys)


LETTERS = tuple("jkn]p[19ahdquce/vsGr?")
CHORDS = ("Space", "g g", "F5", "Ctrl+K", "Ctrl+O", "Ctrl+Z")


@pytest.mark.parametrize("keys", [*LETTERS, *CHORDS])
def test_the_keys_that_reviewers_were_promised_are_there(keys: str) -> None:
    assert keys in {shown_key(key) for one in ACTIONS for key in one.keys}


def test_only_what_could_be_typed_is_kept_to_lists_and_diff() -> None:
    assert acts_in_lists("J")
    assert acts_in_lists("Shift+G")
    assert acts_in_lists("G, G")
    assert acts_in_lists("Space")
    assert not acts_in_lists("Ctrl+Z")
    assert not acts_in_lists("Alt+1")
    assert not acts_in_lists("F5")


def test_every_action_says_what_it_does() -> None:
    for one in ACTIONS:
        assert one.tooltip
        assert not one.tooltip.endswith(".")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("hold", "hold"),
        ("expre", "export_replies"),
        ("nh", "next_hunk"),
        ("dark", "theme_dark"),
        ("side", "toggle_layout"),
    ],
)
def test_the_palette_finds_a_command_by_a_few_letters(typed: str, found: str) -> None:
    assert matches(typed, ACTIONS)[0].action.name == found


def test_letters_that_are_not_there_in_order_do_not_match() -> None:
    assert fuzzy_score("zx", "Queue: Next patch") is None
    assert matches("", ACTIONS)[0].score <= 0
    assert len(matches("", ACTIONS)) == len(ACTIONS)
