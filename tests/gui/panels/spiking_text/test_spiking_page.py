"""The panel on a real run: every tab shows its picture, and what is chosen in one is chosen in all."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from neurostudio.app import Project
from neurostudio.gui import theme
from neurostudio.gui.follower import JobLine
from neurostudio.gui.open_project import OpenProject
from neurostudio.gui.panels.registry import page_for
from neurostudio.gui.panels.spiking_text.marks import Frame, Spikes
from neurostudio.gui.panels.spiking_text.page import SpikingTextPage
from neurostudio.gui.panels.spiking_text.sentence import Sentence
from neurostudio.gui.panels.spiking_text.spike_canvas import SpikeCanvas
from neurostudio.gui.shell.accessibility import walk
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.marks import Line
from neurostudio.gui.views.shapes import Bars

RESULT_TABS = ("Spikes", "Decision", "Accuracy and time", "Energy", "Neurons", "Filters")


def wait_for(qtbot: QtBot, page: SpikingTextPage, title: str) -> None:
    tab = next(one for one in page.result_tabs if one.title == title)
    qtbot.waitUntil(lambda: tab.state == "content", timeout=10_000)


def test_the_key_of_the_method_opens_this_panel(qtbot: QtBot, open_sample: Studio) -> None:
    page = page_for("method:spiking.text", open_sample)
    qtbot.addWidget(page)
    assert isinstance(page, SpikingTextPage)
    assert (page.key, page.help_topic) == ("method:spiking.text", "spiking-text")


@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_every_tab_shows_its_picture_of_the_real_run(
    qtbot: QtBot, page: SpikingTextPage, show_tab: Callable[[str], None], appearance: str
) -> None:
    theme.use(appearance)  # type: ignore[arg-type]
    for title in RESULT_TABS:
        show_tab(title)
        wait_for(qtbot, page, title)
    spikes, decision, _, energy, neurons, filters = page.result_tabs
    sentence = page.selection.sentence
    assert sentence is not None
    raster = next(mark for mark in spikes.canvas.raster.marks if isinstance(mark, Spikes))
    assert len(raster.times) == sum(len(layer.times) for layer in sentence.layers)
    assert any(isinstance(mark, Line) for mark in spikes.canvas.membrane.marks)
    assert [mark.name for mark in decision.decision.panel.marks if isinstance(mark, Line)] == list(sentence.classes)
    assert {mark.name for mark in decision.words.panel.marks if isinstance(mark, Bars)} == {
        "by silencing the word",
        "by filter spikes",
    }
    assert "energy" in energy.verdict.text()
    assert sum(isinstance(mark, Bars) for mark in energy.canvas.panel.marks) == 2
    assert len(neurons.canvas.panels) == 4
    assert "never fire" in neurons.sentences.text()
    assert len(filters.table.lines) == 96
    theme.use("light")


def test_every_tab_can_be_used_by_keyboard_and_screen_reader_and_nothing_is_cut_off(
    qtbot: QtBot, page: SpikingTextPage, show_tab: Callable[[str], None]
) -> None:
    for width, height in ((1100, 700), (700, 500)):
        page.resize(width, height)
        for title in ("Overview", *RESULT_TABS):
            show_tab(title)
            if title != "Overview":
                wait_for(qtbot, page, title)
            qtbot.wait(50)
            assert walk(page) == []


def test_accuracy_shows_the_figures_of_the_run(qtbot: QtBot, page: SpikingTextPage, show_tab: Callable[[str], None]) -> None:
    show_tab("Accuracy and time")
    wait_for(qtbot, page, "Accuracy and time")
    grid = page.result_tabs[2].grid
    assert [artifact.name for artifact in grid._shown] == [
        "accuracy-by-time",
        "accuracy-by-steps",
        "confusion",
        "classes",
        "robustness",
    ]
    qtbot.waitUntil(lambda: all(panel.view.state == "done" for panel in grid.panels), timeout=10_000)
    tiles = " ".join(tile.accessibleName() for tile in page.result_tabs[2].tiles.widgets())
    assert "Accuracy, spiking network" in tiles
    assert "against the ANN" in tiles


def test_a_word_chosen_anywhere_is_chosen_everywhere(
    qtbot: QtBot, page: SpikingTextPage, show_tab: Callable[[str], None]
) -> None:
    spikes, decision = page.result_tabs[:2]
    show_tab("Decision")
    wait_for(qtbot, page, "Decision")
    n_all = len(decision.windows.lines)
    chip = decision.chips.chips()[1]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    sentence = page.selection.sentence
    assert sentence is not None
    assert page.selection.word == 1
    assert spikes.chips.chips()[1].isChecked()
    assert any(isinstance(mark, Frame) for mark in decision.words.panel.marks)
    assert any(isinstance(mark, Frame) for mark in spikes.canvas.input.marks)
    raster = next(mark for mark in spikes.canvas.raster.marks if isinstance(mark, Spikes))
    expected = np.concatenate([layer.covers(1) for layer in sentence.layers])
    np.testing.assert_array_equal(raster._chosen, expected)
    assert 0 < len(decision.windows.lines) < n_all
    assert all(sentence.words[1] in line.cells[1].text.split() for line in decision.windows.lines)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert page.selection.word == -1
    assert raster._chosen is None
    assert len(decision.windows.lines) == n_all


def test_another_sentence_is_read_for_both_tabs(qtbot: QtBot, page: SpikingTextPage, show_tab: Callable[[str], None]) -> None:
    show_tab("Spikes")
    wait_for(qtbot, page, "Spikes")
    first = page.selection.sentence
    with qtbot.waitSignal(page.selection.sentence_changed, timeout=5_000):
        page.result_tabs[0].picker.activated.emit(1)
    assert page.selection.sentence is not first
    assert page.result_tabs[1].picker.currentIndex() == 1
    assert [chip.text() for chip in page.result_tabs[1].chips.chips()] == list(page.selection.sentence.words)


def test_a_neuron_is_chosen_by_a_click_or_in_the_list(
    qtbot: QtBot, page: SpikingTextPage, show_tab: Callable[[str], None]
) -> None:
    show_tab("Spikes")
    wait_for(qtbot, page, "Spikes")
    tab = page.result_tabs[0]
    sentence = page.selection.sentence
    assert sentence is not None
    tab.canvas.neuron_chosen.emit("pool", int(sentence.layers[-1].units[0]))
    assert tab.canvas.neuron == ("pool", int(sentence.layers[-1].units[0]))
    assert tab.neurons.currentText().startswith("Pooled")
    tab.neurons.setCurrentIndex(0)
    tab.neurons.activated.emit(0)
    assert f"{tab.canvas.neuron[0]} {tab.canvas.neuron[1]}" == tab.neurons.itemData(0)


def test_the_newest_run_is_followed_unless_another_was_chosen(qtbot: QtBot, page: SpikingTextPage) -> None:
    assert page.results is not None
    assert page.results.row.name == "second"
    first = page._choices[1].run_id
    page.show_run(first, "Energy")
    qtbot.waitUntil(lambda: page.results is not None and page.results.row.run_id == first, timeout=5_000)
    assert page.tabs.tabText(page.tabs.currentIndex()) == "Energy"
    assert page.run_ids() == (first,)
    assert page.state() == {"run": first, "tab": "Energy"}
    page.on_changed()
    qtbot.wait(300)
    assert page.results.row.run_id == first
    page.runs.activated.emit(0)
    qtbot.waitUntil(lambda: page.results is not None and page.results.row.name == "second", timeout=5_000)
    assert page.state()["run"] == ""


def test_a_damaged_file_is_told_in_its_tab_alone(qtbot: QtBot, page: SpikingTextPage, show_tab: Callable[[str], None]) -> None:
    page.results.artifacts["energy"].path.write_text("layer\n", encoding="utf-8")
    page.results.artifacts["firing-rates"].path.write_bytes(b"broken")
    show_tab("Neurons")
    tab = page.result_tabs[4]
    qtbot.waitUntil(lambda: tab.state == "error", timeout=5_000)
    assert "firing-rates.npz" in tab._error.accessibleName()
    show_tab("Filters")
    wait_for(qtbot, page, "Filters")


def test_a_search_finds_filters_by_their_words(qtbot: QtBot, page: SpikingTextPage, show_tab: Callable[[str], None]) -> None:
    show_tab("Filters")
    wait_for(qtbot, page, "Filters")
    tab = page.result_tabs[5]
    gram = tab._filters[5].grams[1][0]
    qtbot.keyClicks(tab.search, gram)
    assert 0 < len(tab.table.lines) < 96
    assert all(gram in line.cells[1].text for line in tab.table.lines)
    assert any(line.cells[1].text == gram for line in tab.detail.lines)
    tab.search.setText("surely nowhere")
    assert tab.table.lines == ()
    assert tab.count.text() == "0 of 96 filters"


def test_a_picture_is_exported_by_the_report_s_own_figure(
    qtbot: QtBot, page: SpikingTextPage, show_tab: Callable[[str], None], tmp_path: Path
) -> None:
    from neurostudio.app import export_run
    from neurostudio.gui import tasks

    show_tab("Energy")
    wait_for(qtbot, page, "Energy")
    target = tmp_path / "energy.csv"
    tasks.start(page.result_tabs[3].menu.export_to(target))
    qtbot.waitUntil(target.exists, timeout=30_000)
    folder = tmp_path / "all"
    export_run(page.studio.project.project, page.results.row.run_id, folder)
    header = target.read_text(encoding="utf-8").splitlines()[0]
    assert set(header.split(",")) <= set((folder / "energy.csv").read_text(encoding="utf-8").splitlines()[0].split(","))


def test_without_a_run_every_tab_offers_the_sample(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    studio.set_project(OpenProject(Project.create(tmp_path / "empty")))
    page = SpikingTextPage(studio)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.view is not None, timeout=5_000)
    for tab in page.result_tabs:
        assert tab.state == "no run"
    page.tabs.setCurrentIndex(1)
    with qtbot.waitSignal(studio.form_requested, timeout=10_000) as caught:
        qtbot.mouseClick(page.result_tabs[0].no_run.button, Qt.MouseButton.LeftButton)
    assert caught.args[0].inputs == {"train": ["sample-reviews"]}


def test_a_run_at_work_is_shown_with_its_phase_and_stopped(qtbot: QtBot, page: SpikingTextPage) -> None:
    second = page.results.row.run_id
    other = JobLine("x", "other", "lab.count", "running")
    job = JobLine(second, "second", "spiking.text", "running", "fine-tuning", 2, 3, "epochs", 0.2, 5.0)
    page.on_queue((other, job))
    assert page.live.isVisibleTo(page)
    assert "Fine-tuning" in page.live.progress.accessibleName()
    qtbot.waitUntil(lambda: page.live.canvas.isVisibleTo(page.live), timeout=5_000)
    assert len(page.live._lines["train/loss"].x)
    stopped: list[str] = []
    page.studio.project.stop = stopped.append
    qtbot.mouseClick(page.live.stop_button, Qt.MouseButton.LeftButton)
    assert stopped == [second]
    page.on_queue((other,))
    assert not page.live.isVisibleTo(page)


def test_spikes_can_be_coloured_by_word_and_read_under_the_cursor(qtbot: QtBot, studio: Studio, sentence: Sentence) -> None:
    canvas = SpikeCanvas(studio)
    qtbot.addWidget(canvas)
    canvas.resize(600, 500)
    canvas.show()
    canvas.show_sentence(sentence)
    raster = next(mark for mark in canvas.raster.marks if isinstance(mark, Spikes))
    assert len(set(raster.rows.tolist())) == 4  # two of the five spikes are of one neuron
    canvas.colour_by("word")
    assert set(raster._groups.tolist()) == {1, 2, -1}  # windows start at word 0 and 1, the pooled layer has no place
    canvas.choose_neuron("conv_3", 3)
    assert canvas.neuron == ("conv_3", 3)
    row = raster.rows[1]
    assert canvas._read_raster(1.0, float(row)).startswith("Step 1   Width 3, filter 1 at “small dull gem”")
    assert canvas._read_input(2.0, 0.0) == "Step 2   gem   8 input spikes"
    words: list[int] = []
    canvas.word_chosen.connect(words.append)
    canvas.on_input_clicked(1.0, 3.0)
    assert words == [0]
