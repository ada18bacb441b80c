"""The scenes: each is a small function that brings the window to a picture, with the hands of a person."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks
from neurostudio.gui.panels.compare.page import ComparePage
from neurostudio.gui.panels.report.page import ReportPage
from neurostudio.gui.panels.run.page import RunPage
from neurostudio.gui.panels.spiking_text.page import SpikingTextPage
from neurostudio.gui.shell.about import AboutDialog
from neurostudio.gui.shell.closing import ClosingDialog, ask
from neurostudio.gui.shell.importing import ImportDialog
from neurostudio.gui.shell.preferences import PreferencesDialog
from neurostudio.gui.shell.shortcuts_sheet import ShortcutsSheet
from neurostudio.gui.studio import Notice
from tests.screenshots.scene import scene
from tests.screenshots.stage import Stage
from tests.screenshots.study import BROKEN, RUNS, write_files_to_import

METHOD = "method:spiking.text"
LONG_RUN = {"training.epochs": 60, "time_steps": 8, "robustness.sentences": 2}
SENTENCE = "a quiet film that grows on you, warm and never dull"


@scene
async def welcome(stage: Stage) -> None:
    """What the first start shows."""
    await stage.close_study()
    stage.window.open_page("welcome")
    await stage.rest()


@scene
async def empty_project(stage: Stage) -> None:
    """A project without anything in it."""
    from neurostudio.app import Project

    folder = stage.folder / "new-study"
    if not folder.exists():
        Project.create(folder).close()
    await stage.open_study(folder)
    await stage.rest(1)


@scene
async def import_preview(stage: Stage) -> None:
    """Three dropped files, before anything is imported."""
    await _study(stage)
    stage.furniture.import_files(write_files_to_import(stage.folder / "drop"))
    await stage.dialog(ImportDialog)
    await stage.rest(1.5)


@scene
async def form(stage: Stage) -> None:
    """The form of a method, filled in."""
    await _fill_form(stage)


@scene
async def form_error(stage: Stage) -> None:
    """A value that cannot be: said beside the field."""
    await _fill_form(stage)
    page = stage.furniture.settings_panel.page
    assert page is not None
    page.settings.focus_setting("time_steps")
    await stage.rest(0.2)
    await stage.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    await stage.write("0")
    await stage.key(Qt.Key.Key_Tab)
    await stage.rest()
    stage.afterwards(stage.studio.undo.undo)


@scene
async def running(stage: Stage) -> None:
    """A run at work, started with the Run button."""
    await _study(stage)
    stage.studio.fill_form("spiking.text", LONG_RUN, {"train": ["reviews"]}, 7, "long-training")
    panel = stage.furniture.settings_panel
    await stage.until(lambda: panel.can_run, "the form can run")
    await stage.click(panel.footer.run)
    await stage.until(lambda: isinstance(stage.window.page(), RunPage), "its page is open")
    project = stage.studio.project
    assert project is not None
    await stage.until(lambda: any(job.done >= 3 for job in project.jobs()), "three epochs are done", 120)
    await stage.rest(1)
    stage.afterwards(lambda: [project.stop(job.run_id) for job in project.jobs()])


@scene
async def closing(stage: Stage) -> None:
    """The question before the window closes."""
    await _study(stage)
    from neurostudio.gui.follower import JobLine

    jobs = (
        JobLine("1", "bernoulli-seed3", "spiking.text", "running", "training", 3, 10, "epoch", left_s=84.0),
        JobLine("2", "bernoulli-seed4", "spiking.text", "queued"),
    )
    tasks.start(_ask(stage, jobs))
    await stage.dialog(ClosingDialog)


@scene
async def done(stage: Stage) -> None:
    """A run that came to its end."""
    await _run_page(stage, RUNS[0][0], "Overview")


@scene
async def done_curves(stage: Stage) -> None:
    """Its curves."""
    await _run_page(stage, RUNS[0][0], "Curves")


@scene
async def done_outputs(stage: Stage) -> None:
    """Its outputs."""
    await _run_page(stage, RUNS[0][0], "Outputs")


@scene
async def done_settings(stage: Stage) -> None:
    """Its settings."""
    await _run_page(stage, RUNS[0][0], "Settings")


@scene
async def failed(stage: Stage) -> None:
    """A run that failed: what, why, and what to do."""
    await _run_page(stage, BROKEN, "Overview")


@scene
async def data(stage: Stage) -> None:
    """A data set."""
    await _study(stage)
    stage.window.open_page("data:reviews")
    await stage.rest(2)


@scene
async def compare(stage: Stage) -> None:
    """Four runs side by side."""
    await _study(stage)
    stage.studio.pin([stage.run_id(name) for name, _, _ in RUNS])
    await stage.command("run.compare")
    await stage.until(lambda: isinstance(stage.window.page(), ComparePage), "the comparison is open")
    await stage.rest(2)


@scene
async def compare_curves(stage: Stage) -> None:
    """Their curves over each other."""
    await compare(stage)
    page = stage.window.page()
    assert isinstance(page, ComparePage)
    titles = [page.tabs.tabText(index) for index in range(page.tabs.count())]
    page.tabs.setCurrentIndex(titles.index("Curves"))
    await stage.rest(2)


@scene
async def method(stage: Stage) -> None:
    """The panel of the method."""
    await _study(stage)
    page = await _method_page(stage)
    page.tabs.setCurrentIndex(0)
    await stage.rest(1)


@scene
async def spikes(stage: Stage) -> None:
    """The raster of one sentence."""
    await _tab(stage, "Spikes")


@scene
async def energy(stage: Stage) -> None:
    """Energy by layer and kind."""
    await _tab(stage, "Energy")


@scene
async def spiking_bench(stage: Stage) -> None:
    """A typed sentence, classified by a live worker."""
    page = await _tab(stage, "Bench")
    bench = page.bench
    await stage.until(lambda: bench.worker.state == "ready", "the live worker is ready", 90)
    bench.field.setFocus()
    bench.field.clear()
    await stage.write(SENTENCE)
    await stage.key(Qt.Key.Key_Return)
    await stage.until(lambda: bench.worker.history.answers, "an answer")
    await stage.rest(1.5)


@scene
async def report_preview(stage: Stage) -> None:
    """A report before it is written."""
    await _study(stage)
    ids = ",".join(stage.run_id(name) for name, _, _ in RUNS[:2])
    page = stage.window.open_page(f"report:new:{ids}")
    assert isinstance(page, ReportPage)
    await stage.until(lambda: page.pages.currentWidget() is page.preview, "the preview is drawn", 120)
    await stage.rest(1)


@scene
async def notification(stage: Stage) -> None:
    """What a finished and a failed run say."""
    await _study(stage)
    stage.window.open_page(METHOD)
    stage.window.docks.notices.raise_()
    key = f"run:{stage.run_id(RUNS[0][0])}"
    stage.studio.notify(Notice("done", "Run 'bernoulli-seed1' is done", "Accuracy 0.91 in 0:24", "", "Open", key))
    stage.studio.report_error(
        NeuroError("The vectors do not fit the text", "No word of 'own-vectors' stands in 'reviews'", "Choose other vectors")
    )
    await stage.rest()
    stage.afterwards(stage.window.docks.jobs.raise_)


@scene
async def palette(stage: Stage) -> None:
    """The command palette, with a few letters typed."""
    await _study(stage)
    stage.window.open_page(METHOD)
    stage.furniture.palette.open()
    await stage.write("ru")
    await stage.rest(1)


@scene
async def preferences(stage: Stage) -> None:
    """The preferences."""
    await _study(stage)
    await stage.command("file.preferences")
    await stage.dialog(PreferencesDialog)


@scene
async def shortcuts(stage: Stage) -> None:
    """All shortcuts."""
    await _study(stage)
    await stage.command("help.keys")
    await stage.dialog(ShortcutsSheet)


@scene
async def about(stage: Stage) -> None:
    """About the program."""
    await _study(stage)
    await stage.command("help.about")
    await stage.dialog(AboutDialog)


@scene
async def help_page(stage: Stage) -> None:
    """A page of the help."""
    await _study(stage)
    stage.window.open_page("help:spiking-text")
    await stage.rest()


@scene
async def tour(stage: Stage) -> None:
    """The first step of the tour."""
    await _study(stage)
    stage.window.open_page(METHOD)
    await stage.command("help.tour")
    await stage.rest()


@scene
async def tour_settings(stage: Stage) -> None:
    """Its third step, at the Run button."""
    await _fill_form(stage)
    await stage.command("help.tour")
    for _ in range(2):
        await stage.click(stage.furniture.tour.card.next)
        await stage.rest(0.2)
    await stage.rest()


@scene
async def focus(stage: Stage) -> None:
    """Where the keyboard is, after Tab."""
    await _fill_form(stage)
    page = stage.furniture.settings_panel.page
    assert page is not None
    page.name.setFocus()
    for _ in range(3):
        await stage.key(Qt.Key.Key_Tab)
    await stage.rest()


@scene
async def search(stage: Stage) -> None:
    """The navigator while somebody searches."""
    await _study(stage)
    await stage.command("edit.find")
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    await stage.write("seed")
    await stage.rest()
    stage.afterwards(stage.furniture.navigator.search.clear)


# --- parts of scenes


async def _study(stage: Stage) -> None:
    project = stage.studio.project
    if project is None or project.path != stage.study:
        await stage.open_study(stage.study)


async def _fill_form(stage: Stage) -> None:
    await _study(stage)
    stage.window.open_page(METHOD)
    settings = {"time_steps": 12, "encoder.kind": "direct"}
    stage.studio.fill_form("spiking.text", settings, {"train": ["reviews"]}, 3, "direct-seed3")
    await stage.until(lambda: stage.furniture.settings_panel.can_run, "the form can run")
    await stage.rest()


async def _run_page(stage: Stage, name: str, section: str) -> None:
    await _study(stage)
    page = stage.window.open_page(f"run:{stage.run_id(name)}")
    assert isinstance(page, RunPage)
    await stage.rest()
    page.open_section(section)
    await stage.rest(2)


async def _method_page(stage: Stage) -> SpikingTextPage:
    page = stage.window.open_page(METHOD)
    assert isinstance(page, SpikingTextPage)
    await stage.until(lambda: page.results is not None, "results are shown")
    page.show_run(stage.run_id(RUNS[0][0]))
    await stage.rest()
    return page


async def _tab(stage: Stage, title: str) -> SpikingTextPage:
    await _study(stage)
    page = await _method_page(stage)
    titles = [page.tabs.tabText(index) for index in range(page.tabs.count())]
    page.tabs.setCurrentIndex(titles.index(title))
    await stage.rest(1.5)
    return page


async def _ask(stage: Stage, jobs: tuple) -> None:  # type: ignore[type-arg]
    await ask(stage.window, jobs)
