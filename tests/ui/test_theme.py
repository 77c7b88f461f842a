"""The two themes: text that can be read, and marks that differ by shape, not by colour alone."""

import pytest

from uringreview.kernel.status import Status
from uringreview.rationale.check import MarkWord
from uringreview.review.decisions import DecisionKind
from uringreview.ui.theme import Theme, palette

THEMES = (Theme.light(), Theme.dark())
TEXTS = (
    "text",
    "muted",
    "accent",
    "verified",
    "contradicted",
    "uncheckable",
    "caution",
    "added_text",
    "removed_text",
    "status_present",
    "status_merge",
    "syntax_keyword",
    "syntax_type",
    "syntax_string",
    "syntax_number",
    "syntax_comment",
    "syntax_preprocessor",
)
GROUNDS = ("background", "surface", "selection", "callout", "added", "removed", "lit")
CODE = ("text", "syntax_keyword", "syntax_type", "syntax_string", "syntax_comment", "syntax_preprocessor")


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("name", TEXTS)
def test_every_text_colour_can_be_read_on_its_ground(theme: Theme, name: str) -> None:
    assert contrast(getattr(theme, name), theme.background) >= 4.5


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", GROUNDS)
def test_code_can_be_read_on_every_ground(theme: Theme, ground: str) -> None:
    for name in CODE:
        assert contrast(getattr(theme, name), getattr(theme, ground)) >= 4.5, name


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_marks_differ_in_shape(theme: Theme) -> None:
    statuses = [theme.status(status).symbol for status in Status]
    marks = [theme.mark(word).symbol for word in MarkWord]
    decisions = [theme.decision(kind).symbol for kind in (None, *DecisionKind)]
    for symbols in (statuses, marks, decisions):
        assert len(set(symbols)) == len(symbols)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_status_says_its_own_word(theme: Theme) -> None:
    for status in Status:
        assert theme.status(status).word.startswith(status.value)


def test_the_dark_palette_is_dark() -> None:
    assert palette(Theme.dark()).window().color().lightness() < 60
    assert palette(Theme.light()).window().color().lightness() > 200
