"""Keeps Qt from guessing markup in text that came from mail, where a widget has no switch for it."""

from PySide6.QtGui import Qt


def plain_tip(text: str) -> str:
    """`text` for a tooltip, shown character by character whatever tags stand in it.

    QToolTip takes anything with a known tag in its first line for rich text; such text is escaped.
    """
    if not Qt.mightBeRichText(text):
        return text
    import html

    return f"<p style='white-space:pre-wrap'>{html.escape(text)}</p>"
