"""What all figures share: the sheet, axis captions, names at the lines, named reference lines."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from neurostudio.report import style
from neurostudio.report.label_places import pushed_apart
from neurostudio.report.wording import shortened

LABEL_CHARACTERS = 26
TICK_CHARACTERS = 22
AXIS_CHARACTERS = 70
_POINTS_PER_INCH = 72
_FRAME_POINTS = 52  # axis caption, ticks and margins around the axes, roughly
_SAMPLE_POINTS = (7.0, 20.0)  # start and end of the sample of a line, right of the axes
_LINE_POINTS = 11.5  # one line of a small label
_LETTER_POINTS = 4.9  # mean width of a small letter


@dataclass(frozen=True)
class LineLabel:
    """A name that stands at the right end of a line: at height `y` (data), with a sample of the line."""

    text: str
    y: float
    colour: str
    dashed: bool = False


def new_figure(width_inch: float, height_inch: float) -> Figure:
    """An empty sheet that draws without pyplot, so any thread may make one."""
    figure = Figure(figsize=(width_inch, height_inch), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def sheet_inch(axes: Axes) -> tuple[float, float]:
    """Width and height of the sheet that the axes are on."""
    figure = axes.get_figure(root=True)
    width, height = figure.get_size_inches() if figure else style.WIDE_INCH
    return float(width), float(height)


def short(text: object, limit: int = LABEL_CHARACTERS) -> str:
    """A label that fits beside a line and that the fonts here can draw."""
    return style.drawable(shortened(" ".join(str(text).split()), limit))


def label_axes(axes: Axes, x_label: str, y_label: str) -> None:
    """Set both axis captions; long ones are broken into two lines."""
    width, height = (int(inch * _POINTS_PER_INCH / _LETTER_POINTS * 0.8) for inch in sheet_inch(axes))
    axes.set_xlabel(wrapped(x_label, width))
    axes.set_ylabel(wrapped(y_label, max(height, 20)))


def wrapped(text: str, width: int) -> str:
    """At most two lines of `width` characters."""
    lines = textwrap.wrap(style.drawable(text), width) or [""]
    return "\n".join([*lines[:1], shortened(" ".join(lines[1:]), width)] if len(lines) > 1 else lines)


def draw_baselines(axes: Axes, baselines: Mapping[str, float], *, vertical: bool = False) -> list[LineLabel]:
    """Draw named reference values as dashed grey lines; returns their labels (drawn here already when `vertical`)."""
    labels: list[LineLabel] = []
    for name, value in baselines.items():
        line = axes.axvline if vertical else axes.axhline
        line(value, color=style.BASELINE, linestyle=(0, (4, 3)), linewidth=1.0, zorder=1.5, gid=f"baseline-{len(labels)}")
        labels.append(LineLabel(name, value, style.BASELINE, dashed=True))
    if vertical:
        for label in labels:
            axes.annotate(
                short(label.text),
                (label.y, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(3, 2),
                textcoords="offset points",
                color=style.SECONDARY,
                fontsize=style.SMALL_FONT_POINTS,
            )
        return []
    return labels


def draw_labels(axes: Axes, labels: Sequence[LineLabel], height_inch: float) -> None:
    """Write each name right of the axes at the height of its line, pushed apart so that none covers another."""
    if not labels:
        return
    gap = _LINE_POINTS / max(height_inch * _POINTS_PER_INCH - _FRAME_POINTS, 2 * _LINE_POINTS)
    to_axes = axes.transData + axes.transAxes.inverted()
    x = axes.get_xlim()[0]
    heights = [min(max(float(to_axes.transform((x, label.y))[1]), 0.0), 1.0) for label in labels]
    for label, height in zip(labels, pushed_apart(heights, gap), strict=True):
        place: dict[str, Any] = {"xy": (1.0, height), "xycoords": "axes fraction", "textcoords": "offset points"}
        sample = {"arrowstyle": "-", "color": label.colour, "linewidth": 2.2, "shrinkA": 0, "shrinkB": _SAMPLE_POINTS[0]}
        if label.dashed:
            sample |= {"linewidth": 1.1, "linestyle": (0, (2.5, 2))}
        axes.annotate("", xytext=(_SAMPLE_POINTS[1], 0), arrowprops=sample, **place)
        axes.annotate(
            short(label.text),
            xytext=(_SAMPLE_POINTS[1] + 4, 0),
            va="center",
            color=style.SECONDARY if label.dashed else style.TEXT,
            fontsize=style.SMALL_FONT_POINTS,
            **place,
        )


def legend_above(axes: Axes, handles: Sequence[Any], names: Sequence[str]) -> None:
    """A legend in one or more rows above the axes, for shapes that have no end to stand at."""
    widest = max((len(short(name)) for name in names), default=1)
    width_points = sheet_inch(axes)[0] * _POINTS_PER_INCH - _FRAME_POINTS
    columns = max(1, min(len(names), int(width_points / (widest * _LETTER_POINTS + 30))))
    axes.legend(
        list(handles),
        [short(name) for name in names],
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=columns,
        frameon=False,
        fontsize=style.SMALL_FONT_POINTS,
        borderaxespad=0.2,
        handlelength=1.2,
        handleheight=0.9,
        columnspacing=1.4,
    )


def category_ticks(axes: Axes, names: Sequence[str], positions: Sequence[float], width_inch: float) -> None:
    """Name positions on the x axis; long names are tilted."""
    texts = [short(name, TICK_CHARACTERS) for name in names]
    room = max(width_inch * _POINTS_PER_INCH - 2 * _FRAME_POINTS, 1) / max(len(texts), 1)
    tilted = max((len(text) for text in texts), default=0) * _LETTER_POINTS > room
    axes.set_xticks(
        list(positions), texts, rotation=40 if tilted else 0, ha="right" if tilted else "center", rotation_mode="anchor"
    )


def whole_numbers(axes: Axes, *, x: bool = True) -> None:
    """Put ticks on whole numbers only."""
    (axes.xaxis if x else axes.yaxis).set_major_locator(MaxNLocator(integer=True, nbins="auto", steps=[1, 2, 5, 10]))


def sign(figure: Figure, title: str, identity: Mapping[str, str]) -> None:
    """Give a picture that leaves the report its title and, small, the run that it comes from."""
    if title:
        figure.suptitle(short(title, AXIS_CHARACTERS), x=0.01, ha="left", fontsize=style.FONT_POINTS + 1, fontweight="bold")
    origin = " · ".join(identity[key] for key in ("run", "data", "method", "program") if identity.get(key))
    if origin:
        figure.supxlabel(short(origin, 110), x=0.99, ha="right", fontsize=6, color=style.SECONDARY)
