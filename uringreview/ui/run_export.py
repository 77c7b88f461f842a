"""A run of the simulator as a file: a picture of the whole of it (PNG, SVG), the cell for spin, or plain text.

The ending of the name says which. A file that is there already is never written over.
"""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QImageWriter, QPaintDevice, QPainter

from uringreview.errors import EnvironmentProblem, UsageProblem
from uringreview.interleave.promela import as_promela, spin_command
from uringreview.interleave.scenario import Model
from uringreview.interleave.trace import Outcome, Trace, two_column_text
from uringreview.ui.lanes_drawing import LanesDrawing, LaneStep
from uringreview.ui.scenario_matrix import OK_MEANS, applied_in_words
from uringreview.ui.theme import FOUR, ONE, TWO, Theme, fixed_font, ui_font

KINDS = ("PNG picture (*.png)", "SVG picture (*.svg)", "Promela, for spin (*.pml)", "Text in columns (*.txt)")
_WIDTH, _SCALE = 1500, 2


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run with all that a file of it needs: `lanes` are the threads' titles, `steps` the rows of the drawing."""

    model: Model
    trace: Trace
    lanes: tuple[str, ...]
    steps: tuple[LaneStep, ...]
    outcome: Outcome | None

    @property
    def title(self) -> str:
        """The scenario and the patches."""
        scenario = self.model.scenario(self.trace.scenario)
        title = scenario.title if scenario is not None else ""
        return f"{self.trace.scenario} {title}, {applied_in_words(self.model, self.trace.applied)}"

    @property
    def foot(self) -> str:
        """How it ends, and the text that names it."""
        return f"{self.trace.ending or OK_MEANS}    replay {self.trace.replay}"


def export_run(run: ShownRun, path: Path, theme: Theme) -> str:
    """Write `run` to `path` by its ending; returns a sentence on what was written.

    Raises UsageProblem for another ending and for a file that is there already, EnvironmentProblem where it cannot be
    written.
    """
    kind = path.suffix.lower()
    if kind == ".png":
        data, said = _png(run, theme), f"Picture written to {path}."
    elif kind == ".svg":
        data, said = _svg(run, theme), f"Picture written to {path}."
    elif kind == ".pml":
        text = as_promela(run.model, run.trace.scenario, run.trace.applied, run.outcome)
        data, said = text.encode(), f"Written; check it with: {spin_command(str(path))}"
    elif kind == ".txt":
        data, said = f"{two_column_text(run.trace)}\n {run.trace.replay}\n".encode(), f"Run written to {path}."
    else:
        raise UsageProblem(f"{path.name}: the name has to end in .png, .svg, .pml or .txt.")
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise UsageProblem(f"{path} is there already; choose another name.") from error
    except OSError as error:
        raise EnvironmentProblem(f"{path}: cannot be written ({error.strerror}).") from error
    return said


def _png(run: ShownRun, theme: Theme) -> bytes:
    size = _size(run, theme)
    image = QImage(size * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    _draw(run, theme, image, size)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def _svg(run: ShownRun, theme: Theme) -> bytes:
    try:
        from PySide6.QtSvg import QSvgGenerator
    except ModuleNotFoundError as missing:
        raise EnvironmentProblem("Qt's SVG module is not installed (Debian: python3-pyside6.qtsvg).") from missing
    size = _size(run, theme)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(run.title)
    generator.setDescription(run.foot)
    _draw(run, theme, generator, size)
    return bytes(buffer.data().data())


def _heads() -> int:
    """The height of the title and the threads' names."""
    return 2 * (QFontMetrics(ui_font()).height() + TWO)


def _lanes(run: ShownRun, theme: Theme) -> LanesDrawing:
    return LanesDrawing(theme, run.lanes, run.steps, len(run.steps), None, _WIDTH)


def _size(run: ShownRun, theme: Theme) -> QSize:
    return QSize(_WIDTH, _heads() + _lanes(run, theme).height + QFontMetrics(ui_font()).height() + FOUR)


def _draw(run: ShownRun, theme: Theme, device: QPaintDevice, size: QSize) -> None:
    drawing = _lanes(run, theme)
    line = QFontMetrics(ui_font()).height() + TWO
    painter = QPainter(device)
    painter.fillRect(QRect(0, 0, size.width(), size.height()), theme.color("background"))
    painter.setPen(theme.color("text"))
    painter.setFont(ui_font(bold=True))
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.drawText(QRect(TWO, 0, size.width() - FOUR, line), middle, run.title)
    painter.setFont(ui_font())
    for lane, title in enumerate(run.lanes):
        left = drawing.lane_x(lane)
        painter.drawText(QRect(left + ONE, line, drawing.lane_x(lane + 1) - left, line), middle, title)
    painter.save()
    painter.translate(0, _heads())
    drawing.draw(painter, drawing.height)
    painter.restore()
    painter.setFont(fixed_font(0.85))
    painter.setPen(theme.color("contradicted" if run.trace.violation else "muted"))
    painter.drawText(QRect(TWO, size.height() - line, size.width() - FOUR, line), middle, run.foot)
    painter.end()
