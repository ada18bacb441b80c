"""Inputs of a run: where they come from, and whether they are still the same."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from neurostudio.gui.panels.run import RunPage
from neurostudio.gui.panels.run.inputs_presenter import InputCard, load_inputs
from neurostudio.gui.studio import Studio
from neurostudio.store import read

OpenRun = Callable[[Studio, str], RunPage]


def cards(studio: Studio, name: str) -> dict[str, InputCard]:
    assert studio.project is not None
    project = studio.project.project
    detail = read.run_detail(project.store, project.find_run(name).run_id)
    return {card.role: card for card in load_inputs(project, detail.inputs)}


def test_an_input_shows_its_kind_checksum_and_origin(open_sample: Studio) -> None:
    card = cards(open_sample, "broken")["vectors"]
    assert (card.kind, card.page_key, card.trouble) == ("Word vectors", "data:small-vectors", "")
    assert card.origin == "Data set of the project"
    assert "2 words" in card.facts


def test_a_changed_file_is_marked(open_sample: Studio) -> None:
    assert open_sample.project is not None
    path = read.dataset(open_sample.project.project.store, "small-vectors").path
    path.write_text("1 2\nother 0.5 0.25\n", encoding="utf-8")
    assert cards(open_sample, "broken")["vectors"].trouble.startswith("Changed")


def test_a_file_that_was_only_touched_is_not_marked(open_sample: Studio) -> None:
    assert open_sample.project is not None
    path = read.dataset(open_sample.project.project.store, "small-vectors").path
    path.write_bytes(path.read_bytes())
    assert cards(open_sample, "broken")["vectors"].trouble == ""


def test_a_missing_file_is_marked_on_the_page_and_its_page_opens(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    assert open_sample.project is not None
    read.dataset(open_sample.project.project.store, "small-vectors").path.unlink()
    page = open_run(open_sample, "broken")
    section = page.open_section("Inputs")
    qtbot.waitUntil(lambda: section._cards is not None)
    assert section._cards[1].trouble.startswith("Missing")
    show = next(one for one in section.findChildren(QPushButton) if one.accessibleName() == "Show small-vectors")
    with qtbot.waitSignal(open_sample.page_requested) as opened:
        qtbot.mouseClick(show, Qt.MouseButton.LeftButton)
    assert opened.args == ["data:small-vectors"]
