"""Colours, type and sizes of the window. One palette for the whole application; no style sheet.

Widgets that paint or tint something of their own take the colours from :func:`current` and paint again when Qt sends them a
``PaletteChange``.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget

from neurostudio.core.resources import resource_folder
from neurostudio.report.style import CATEGORY_COLOURS

Appearance = Literal["system", "light", "dark", "contrast"]
SECONDARY_SIZE, TITLE_SIZE = 0.9, 1.35


@dataclass(frozen=True)
class Theme:
    """The colours of one appearance, each ``#RRGGBB``.

    Attributes
    ----------
    frame, surface : str
        Behind docks and bars; behind what is read and filled in.
    secondary : str
        Text of less weight; still 4.5:1 against frame and surface.
    on_accent : str
        Text on the accent colour.
    baseline : str
        Dashed lines of chance and reference in plots.
    focus : str
        The ring around the widget that has the keyboard.
    categories : tuple of str
        Okabe-Ito in fixed order; what would vanish on the surface is replaced by the text colour.
    """

    name: str
    is_dark: bool
    frame: str
    surface: str
    text: str
    secondary: str
    hairline: str
    accent: str
    on_accent: str
    problem: str
    problem_surface: str
    warning: str
    good: str
    baseline: str
    focus: str
    categories: tuple[str, ...]


LIGHT = Theme(
    name="light",
    is_dark=False,
    frame="#F6F7F8",
    surface="#FFFFFF",
    text="#1C2126",
    secondary="#5B6670",
    hairline="#DDE1E5",
    accent="#2F6FDE",
    on_accent="#FFFFFF",
    problem="#B3261E",
    problem_surface="#FCF1F0",
    warning="#8A5A00",
    good="#1B7A4B",
    baseline="#767F88",
    focus="#2F6FDE",
    # the last three of the palette are darkened: thin lines need 3:1 against white
    categories=(*CATEGORY_COLOURS[:5], "#B87900", "#2B8CC4", "#8C7F00"),
)
DARK = Theme(
    name="dark",
    is_dark=True,
    frame="#16191D",
    surface="#1E2228",
    text="#E6E9EC",
    secondary="#9AA5B1",
    hairline="#30363D",
    accent="#6EA0FF",
    on_accent="#10141A",
    problem="#FF8A80",
    problem_surface="#37211F",
    warning="#E6B455",
    good="#63C394",
    baseline="#8E99A4",
    focus="#6EA0FF",
    # the blue is lightened, the black of the palette becomes near white: 3:1 against the dark surface
    categories=("#3D9AD6", "#E87722", "#18B085", "#D98AB5", "#E6E9EC", "#E69F00", "#56B4E9", "#F0E442"),
)
CONTRAST = Theme(
    name="contrast",
    is_dark=True,
    frame="#000000",
    surface="#000000",
    text="#FFFFFF",
    secondary="#FFFFFF",
    hairline="#FFFFFF",
    accent="#FFE000",
    on_accent="#000000",
    problem="#FF9C94",
    problem_surface="#000000",
    warning="#FFE000",
    good="#7CF0B4",
    baseline="#C8C8C8",
    focus="#FFE000",
    categories=("#56B4E9", "#FF8C42", "#2ED3A2", "#F2A6D0", "#FFFFFF", "#FFB81C", "#9AD4F5", "#F0E442"),
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK, CONTRAST)}

_chosen: list[Theme] = [LIGHT]


def current() -> Theme:
    """The theme that the window has now."""
    return _chosen[0]


def use(appearance: Appearance) -> Theme:
    """Give the application one appearance; ``system`` follows the colour scheme of the desktop."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)  # noqa: S101 - a window has an application
    hints = application.styleHints()
    if appearance == "system":
        is_dark = hints.colorScheme() == Qt.ColorScheme.Dark
        theme = DARK if is_dark else LIGHT
    else:
        theme = THEMES[appearance]
    _chosen[0] = theme
    _icon_images.cache_clear()
    application.setPalette(_palette(theme))
    return theme


def category(index: int) -> str:
    """Colour of the index-th category, on the surface of the current theme."""
    colours = current().categories
    return colours[index % len(colours)]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours after WCAG 2.1: from 1 to 21."""
    first, second = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """The first colour with so large a share of the other in it."""
    first, second = QColor(one), QColor(other)
    return QColor(
        round(first.red() * (1 - share) + second.red() * share),
        round(first.green() * (1 - share) + second.green() * share),
        round(first.blue() * (1 - share) + second.blue() * share),
    ).name()


# --- sizes and type -------------------------------------------------------------------------------------------------------


def unit(widget: QWidget) -> int:
    """One u, half the height of the font, in pixels: every gap and size is a multiple of it."""
    return max(4, round(widget.fontMetrics().height() / 2))


def body_font() -> QFont:
    """The system font in the size that the user chose."""
    return QApplication.font()


def secondary_font() -> QFont:
    """For what explains."""
    return _sized(SECONDARY_SIZE)


def title_font() -> QFont:
    """For the title of a page."""
    font = _sized(TITLE_SIZE)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def strong_font() -> QFont:
    """Body size, more weight: headings of groups."""
    font = body_font()
    font.setWeight(QFont.Weight.DemiBold)
    return font


def number_font(size: float = 1.0) -> QFont:
    """Tabular figures: a column of numbers stays a column while they change."""
    font = _sized(size)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def mono_font() -> QFont:
    """Only for ids, paths and code."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(body_font().pointSizeF() * SECONDARY_SIZE)
    return font


def _sized(share: float) -> QFont:
    font = QFont(body_font())
    font.setPointSizeF(body_font().pointSizeF() * share)
    return font


# --- icons ----------------------------------------------------------------------------------------------------------------


@cache
def icon(name: str, tint: str = "") -> QIcon:
    """A bundled icon by name, in the text colour of whatever theme is current when it is painted.

    Each is made once and kept: where the garbage collector meets an icon together with its engine, it may free the engine
    first, and the icon then ends the process (PySide6 6.11.3).

    Parameters
    ----------
    name : str
        File name in ``resources/icons`` without ``.svg``.
    tint : str, optional
        Name of another colour of :class:`Theme`, such as ``accent`` or ``problem``.
    """
    return QIcon(_TintedIcon(name, tint))


class _TintedIcon(QIconEngine):
    """Draws an SVG of one stroke colour in the colour of the theme: never stale after a change of theme."""

    def __init__(self, name: str, tint: str) -> None:
        super().__init__()
        self._name = name
        self._tint = tint

    def paint(self, painter: QPainter, rect, mode: QIcon.Mode, state: QIcon.State) -> None:  # type: ignore[no-untyped-def]
        scale = painter.device().devicePixelRatio() if painter.device() else 1.0
        side = round(min(rect.width(), rect.height()) * scale)
        image = _icon_images(self._name, self._colour(mode), side)
        size = side / scale
        target = QRectF(rect.x() + (rect.width() - size) / 2, rect.y() + (rect.height() - size) / 2, size, size)
        painter.drawImage(target, image)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return QPixmap.fromImage(_icon_images(self._name, self._colour(mode), min(size.width(), size.height())))

    def clone(self) -> QIconEngine:
        return _TintedIcon(self._name, self._tint)

    def _colour(self, mode: QIcon.Mode) -> str:
        theme = current()
        if mode == QIcon.Mode.Disabled:
            return theme.baseline
        return str(getattr(theme, self._tint or "text"))


@cache
def _icon_images(name: str, colour: str, side: int) -> QImage:
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    source = (resource_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return image


# --- palette --------------------------------------------------------------------------------------------------------------


def _palette(theme: Theme) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    mid = mixed(theme.hairline, theme.secondary, 0.3)
    for which, colour in {
        role.Window: theme.frame,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: mixed(theme.surface, theme.frame, 0.6),
        role.Text: theme.text,
        role.PlaceholderText: theme.secondary,
        role.Button: theme.surface if theme.name != "contrast" else theme.frame,
        role.ButtonText: theme.text,
        role.BrightText: theme.problem,
        role.ToolTipBase: theme.surface,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Light: mixed(theme.surface, theme.hairline, 0.3),
        role.Midlight: theme.hairline,
        role.Mid: mid,
        role.Dark: mid,
        role.Shadow: theme.hairline,
    }.items():
        palette.setColor(which, QColor(colour))
    faint = QColor(theme.baseline)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, which, faint)
    palette.setColor(group.Disabled, role.Highlight, QColor(theme.hairline))
    return palette


def _luminance(colour: str) -> float:
    parts = QColor(colour)
    shares = [part / 255 for part in (parts.red(), parts.green(), parts.blue())]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
