"""The colours of one row of a diff: its sign, its C tokens, and the words that changed; asked for visible rows only."""

from PySide6.QtGui import QTextCharFormat, QTextLayout

from uringreview.diff.model import Line, LineKind
from uringreview.ui.diff_highlight import Coloured, Token, coloured, is_c, open_comments
from uringreview.ui.diff_rows import LONGEST, Row, RowKind, Sheet
from uringreview.ui.diff_text import MOST_ALIKE, side_by_side
from uringreview.ui.diff_words import changed_words
from uringreview.ui.theme import Theme
from uringreview.ui.visible import visible

_SYNTAX = {token: f"syntax_{token.value}" for token in Token}
_WORD_GROUNDS = {LineKind.ADDED: "added_word", LineKind.REMOVED: "removed_word", LineKind.CONTEXT: "lit"}


class DiffColours:
    """The formats of one side of `sheet`; what a hunk needs to know of itself is worked out once, at first use."""

    def __init__(self, sheet: Sheet, theme: Theme, *, new_side: bool) -> None:
        self._sheet = sheet
        self._theme = theme
        self._new_side = new_side
        self._comments: dict[tuple[int, int, bool], list[bool]] = {}
        self._partners: dict[tuple[int, int], dict[int, int]] = {}
        self._formats: dict[tuple[str, bool, bool, bool], QTextCharFormat] = {}

    def formats(self, number: int) -> list[QTextLayout.FormatRange]:
        """The formats of one row: C tokens, the sign, and the changed words."""
        row = self._sheet.rows[number]
        if row.kind is RowKind.FILE:
            return [self._range(0, len(row.text), "text", bold=True)]
        if row.kind in (RowKind.COMMENT, RowKind.GAP):
            return [self._range(0, len(row.text), "accent")]
        if row.kind in (RowKind.HUNK, RowKind.NOTE):
            return [self._range(0, len(row.text), "muted")]
        if row.kind is RowKind.MORE:
            return self._more(row)
        if row.kind is RowKind.RAW:
            return []
        line = self._sheet.line(row, new_side=self._new_side)
        if line is None:
            return []
        text = visible(line.text[:LONGEST])
        formats = [self._sign(line.kind)]
        if is_c(self._sheet.files[row.file].path):
            spans, _ = coloured(text, self._in_comment(row, line))
            formats += [self._token(span) for span in spans]
        for start, end in self._changed(row, line):
            formats.append(self._range(1 + start, end - start, _WORD_GROUNDS[line.kind], ground=True))
        return formats

    def _more(self, row: Row) -> list[QTextLayout.FormatRange]:
        if not is_c(self._sheet.files[row.file].path):
            return []
        # Whether it begins inside a comment is not known: the lines above may be hidden.
        spans, _ = coloured(row.text[1:], row.text.lstrip().startswith("* "))
        return [self._token(span) for span in spans]

    def _sign(self, kind: LineKind) -> QTextLayout.FormatRange:
        name = "added_text" if kind is LineKind.ADDED else "removed_text" if kind is LineKind.REMOVED else "muted"
        return self._range(0, 1, name)

    def _token(self, span: Coloured) -> QTextLayout.FormatRange:
        return self._range(1 + span.start, span.length, _SYNTAX[span.token], italic=span.token is Token.COMMENT)

    def _changed(self, row: Row, line: Line) -> list[tuple[int, int]]:
        """The words of this side's line that its partner on the other side does not have."""
        if line.kind is LineKind.CONTEXT:
            return []
        hunk = self._sheet.files[row.file].hunks[row.hunk]
        partners = self._partners.get((row.file, row.hunk))
        if partners is None:
            partners = self._partners[row.file, row.hunk] = {}
            alike = len(hunk.lines) <= MOST_ALIKE
            replaces = all(any(each.kind is kind for each in hunk.lines) for kind in (LineKind.REMOVED, LineKind.ADDED))
            for old, new in side_by_side(hunk, alike=alike) if replaces else ():
                if old is not None and new is not None:
                    partners[old], partners[new] = new, old
        at = row.new if line.kind is LineKind.ADDED else row.old
        partner = partners.get(at)
        if partner is None:
            return []
        text, other = visible(line.text[:LONGEST]), visible(hunk.lines[partner].text[:LONGEST])
        if line.kind is LineKind.ADDED:
            return changed_words(other, text)[1]
        return changed_words(text, other)[0]

    def _in_comment(self, row: Row, line: Line) -> bool:
        """Whether the row's line begins inside a block comment, read from its hunk on its side."""
        lines = self._sheet.files[row.file].hunks[row.hunk].lines
        new_side = line.kind is not LineKind.REMOVED and self._new_side
        key = (row.file, row.hunk, new_side)
        if key not in self._comments:
            absent = LineKind.REMOVED if new_side else LineKind.ADDED
            states = iter(open_comments(line.text for line in lines if line.kind is not absent))
            self._comments[key] = [line.kind is not absent and next(states) for line in lines]
        return self._comments[key][row.new if new_side else row.old]

    def _range(
        self, start: int, length: int, colour: str, *, bold: bool = False, italic: bool = False, ground: bool = False
    ) -> QTextLayout.FormatRange:
        """`length` characters from `start` in, or with `ground` on, the theme's `colour`."""
        key = (colour, bold, italic, ground)
        form = self._formats.get(key)
        if form is None:
            form = self._formats[key] = QTextCharFormat()
            if ground:
                form.setBackground(self._theme.color(colour))
            else:
                form.setForeground(self._theme.color(colour))
                form.setFontItalic(italic)
            if bold:
                form.setFontWeight(600)
        made = QTextLayout.FormatRange()
        made.start, made.length, made.format = start, length, form
        return made
