"""Colours can be read, icons are there and take the colours of the theme."""

import ast
import itertools
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

import neurostudio.gui
from neurostudio.core.events import State
from neurostudio.core.resources import resource_folder
from neurostudio.gui import theme
from neurostudio.gui.commands import COMMANDS

GUI = Path(neurostudio.gui.__file__).parent
ICONS = {path.stem for path in (resource_folder() / "icons").glob("*.svg")}
TEXT, MARK = 4.5, 3.0
THEMES = pytest.mark.parametrize("colours", theme.THEMES.values(), ids=lambda colours: colours.name)

# Function or class -> positions of arguments that name an icon; keywords named ``icon`` are found everywhere.
TAKES_ICONS = {
    "icon": (0,),
    "tool_button": (0,),
    "IconLabel": (0,),
    "EmptyState": (0,),
    "button": (1,),
    "Provider": (1,),
    "show_icon": (0,),
}


# --- colours


@THEMES
@pytest.mark.parametrize("name", ["text", "secondary", "problem", "warning", "good"])
@pytest.mark.parametrize("behind", ["frame", "surface"])
def test_text_can_be_read_on_frame_and_surface(colours: theme.Theme, name: str, behind: str) -> None:
    assert theme.contrast(getattr(colours, name), getattr(colours, behind)) >= TEXT


@THEMES
@pytest.mark.parametrize(
    ("name", "behind"), [("on_accent", "accent"), ("problem", "problem_surface"), ("text", "problem_surface")]
)
def test_text_can_be_read_on_filled_surfaces(colours: theme.Theme, name: str, behind: str) -> None:
    assert theme.contrast(getattr(colours, name), getattr(colours, behind)) >= TEXT


@THEMES
@pytest.mark.parametrize("name", ["accent", "focus", "baseline", "problem", "warning", "good"])
@pytest.mark.parametrize("behind", ["frame", "surface"])
def test_marks_can_be_seen(colours: theme.Theme, name: str, behind: str) -> None:
    assert theme.contrast(getattr(colours, name), getattr(colours, behind)) >= MARK


@THEMES
@pytest.mark.parametrize("index", range(5))
def test_the_first_five_categories_can_be_seen_on_the_surface(colours: theme.Theme, index: int) -> None:
    assert theme.contrast(colours.categories[index], colours.surface) >= MARK


@THEMES
def test_categories_differ_from_each_other(colours: theme.Theme) -> None:
    assert len(set(colours.categories)) == len(colours.categories) == len(theme.LIGHT.categories)
    for one, other in itertools.combinations(colours.categories[:5], 2):
        first, second = QColor(one), QColor(other)
        distance = sum(abs(a - b) for a, b in zip(first.getRgb()[:3], second.getRgb()[:3], strict=True))
        assert distance > 60, (one, other)


def test_contrast_is_that_of_the_guidelines() -> None:
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert theme.contrast("#2F6FDE", "#2F6FDE") == 1


# --- the application takes them


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_palette_of_the_application_is_that_of_the_theme(qapp: QApplication, name: str) -> None:
    colours = theme.use(name)  # type: ignore[arg-type]
    palette = qapp.palette()
    assert palette.color(QPalette.ColorRole.Window).name().upper() == colours.frame
    assert palette.color(QPalette.ColorRole.Base).name().upper() == colours.surface
    assert palette.color(QPalette.ColorRole.Text).name().upper() == colours.text
    assert theme.current() is colours
    assert theme.category(0) == colours.categories[0]
    assert theme.category(len(colours.categories)) == colours.categories[0]


def test_system_follows_the_colour_scheme_of_the_desktop(qapp: QApplication) -> None:
    is_dark = qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark
    assert theme.use("system") is (theme.DARK if is_dark else theme.LIGHT)


def test_sizes_follow_the_font(qtbot: QtBot) -> None:
    label = QLabel("text")
    qtbot.addWidget(label)
    before = theme.unit(label)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    label.setFont(font)
    assert theme.unit(label) == pytest.approx(2 * before, abs=1)


# --- icons


def names_in(path: Path) -> Iterator[tuple[str, int]]:
    """Names of icons as they stand in calls, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [node.args[place] for place in TAKES_ICONS.get(called, ()) if place < len(node.args)]
        given += [word.value for word in node.keywords if word.arg in ("icon", "icon_name")]
        for value in given:
            for part in [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]:
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                    yield part.value, node.lineno


@pytest.mark.parametrize("path", sorted(GUI.rglob("*.py")), ids=lambda path: path.relative_to(GUI).as_posix())
def test_every_icon_that_the_source_names_is_there(path: Path) -> None:
    assert [(name, line) for name, line in names_in(path) if name not in ICONS] == []


def test_names_of_icons_are_found_in_the_source() -> None:
    found = {name for path in GUI.rglob("*.py") for name, _ in names_in(path)}
    assert {"search", "reset", "left", "copy"} <= found


def test_commands_and_states_have_their_icons() -> None:
    assert {one.icon for one in COMMANDS if one.icon} <= ICONS
    assert {f"state-{state}" for state in get_args(State)} <= ICONS


@pytest.mark.parametrize("name", sorted(ICONS))
def test_each_icon_is_of_the_family_and_draws_something(name: str) -> None:
    source = (resource_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    root = ET.fromstring(source)
    assert root.get("viewBox") == "0 0 16 16"
    assert "currentColor" in source
    image = theme.icon(name).pixmap(QSize(32, 32)).toImage()
    assert any(image.pixelColor(x, y).alpha() > 100 for x in range(32) for y in range(32))


def strongest(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> str:
    image = icon.pixmap(QSize(32, 32), mode).toImage()
    pixels = [image.pixelColor(x, y) for x in range(32) for y in range(32)]
    return max(pixels, key=lambda colour: colour.alpha()).name().upper()


def test_an_icon_that_was_made_before_takes_the_colour_of_the_theme_now() -> None:
    theme.use("light")
    icon = theme.icon("stop")
    tinted = theme.icon("stop", "accent")
    for colours in (theme.LIGHT, theme.DARK, theme.CONTRAST):
        theme.use(colours.name)  # type: ignore[arg-type]
        assert strongest(icon) == colours.text
        assert strongest(tinted) == colours.accent
        assert strongest(icon, QIcon.Mode.Disabled) == colours.baseline
