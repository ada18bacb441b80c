"""The job list: what it says, its buttons and keys, and moving waiting runs."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from neurostudio.app import Project
from neurostudio.gui.follower import JobLine
from neurostudio.gui.shell.jobs_dock import JobsDock, JobsLine
from neurostudio.gui.shell.jobs_model import Column, JobsModel
from neurostudio.gui.shell.jobs_presenter import MOST_ENDED, JobRow, first_at_work, heading, rows, with_ended
from neurostudio.gui.studio import Studio
from neurostudio.store.rows import RunRow

AT_WORK = JobLine("a", "mr-seed2", "spiking.text", "running", "fine-tuning", 2, 3, "epochs", 0.2, 24.4)
WAITING = tuple(JobLine(f"w{place}", f"later {place}", "spiking.text", "queued", position=place) for place in range(3))
JOBS = (AT_WORK, *WAITING)


def ended(state: str = "cancelled", run_id: str = "e") -> RunRow:
    return RunRow(
        run_id=run_id, name="gone", method="spiking.text", state=state, attempt=1, seed=1, batch="", where="local", serve=False,
        created=1.0, started=1.0, ended=42.0, last_event=42.0, phase="", progress_done=None, progress_total=None,
        progress_unit="", checkpoint="", tags=(), notes="", trashed=False,
    )  # fmt: skip


# --- what it says


def test_a_run_at_work_says_phase_amount_share_rate_and_time_left() -> None:
    (row,) = rows((AT_WORK,))
    assert (row.phase, row.amount, row.percent, row.left) == ("fine-tuning", "2/3\u00a0epochs", "66\u00a0%", "0:24 left")
    assert row.rate == "5\u00a0s each"
    assert row.verbs == ("stop",)
    assert row.spoken() == "mr-seed2, running, fine-tuning, 2/3 epochs, 66 %, 0:24 left"


def test_without_a_total_no_share_is_made_up() -> None:
    (row,) = rows((replace(AT_WORK, done=1200, total=None, left_s=None, rate=310.0, unit="sentences"),))
    assert (row.percent, row.amount, row.left, row.rate) == ("", "1,200\u00a0sentences", "", "310\u00a0sentences/s")


@pytest.mark.parametrize(("done", "total"), [(5.0, 3.0), (-1.0, 3.0), (0.0, 0.0), (float("0"), 1e-9)])
def test_odd_progress_never_leaves_the_bar(done: float, total: float) -> None:
    (row,) = rows((replace(AT_WORK, done=done, total=total),))
    assert row.share is None or 0 <= row.share <= 1


def test_waiting_runs_say_their_place_and_can_move_where_there_is_room() -> None:
    waiting = rows(WAITING)
    assert [row.place for row in waiting] == ["next in line", "place 2 in line", "place 3 in line"]
    assert [row.verbs for row in waiting] == [("down", "remove"), ("up", "down", "remove"), ("up", "remove")]


def test_ended_runs_follow_with_resume_for_those_that_stopped() -> None:
    listed = rows(JOBS, (ended("failed", "f"), ended("done", "d"), ended("cancelled", "a")))
    assert [row.run_id for row in listed] == ["a", "w0", "w1", "w2", "f", "d"], "a run that works again is listed once"
    assert [row.verbs for row in listed[-2:]] == [("resume",), ()]


def test_only_the_last_ended_runs_are_kept() -> None:
    kept: tuple[RunRow, ...] = ()
    for number in range(MOST_ENDED + 5):
        kept = with_ended(kept, ended(run_id=str(number)))
    assert len(kept) == MOST_ENDED
    assert kept[0].run_id == str(MOST_ENDED + 4)
    assert len(with_ended(kept, kept[3])) == MOST_ENDED


def test_the_summary_tells_of_the_run_at_work() -> None:
    listed = rows((WAITING[0], AT_WORK), (ended(),))
    assert heading(listed) == "Jobs (2)"
    assert first_at_work(listed) == next(row for row in listed if row.run_id == "a")
    assert first_at_work(rows((), (ended(),))) is None


# --- the dock


class Orders:
    """Notes what the window asks of the project in place of carrying it out."""

    def __init__(self) -> None:
        self.given: list[tuple[object, ...]] = []

    def __getattr__(self, verb: str) -> Callable[..., None]:
        return lambda *words: self.given.append((verb, *words))


@pytest.fixture
def orders(studio_with_jobs: Studio, monkeypatch: pytest.MonkeyPatch) -> Orders:
    noted = Orders()
    for verb in ("stop", "move"):
        monkeypatch.setattr(studio_with_jobs.project, verb, getattr(noted, verb))
    return noted


@pytest.fixture
def studio_with_jobs(open_sample: Studio, monkeypatch: pytest.MonkeyPatch) -> Studio:
    monkeypatch.setattr(open_sample.project, "jobs", lambda: JOBS)
    return open_sample


@pytest.fixture
def dock(studio_with_jobs: Studio, qtbot: QtBot) -> Iterator[JobsDock]:
    made = JobsDock(studio_with_jobs)
    qtbot.addWidget(made)
    made.resize(1100, 240)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.hide()


def press(dock: JobsDock, qtbot: QtBot, run_id: str, verb: str) -> None:
    index = dock.model.index(dock.model.place_of(run_id), Column.VERBS)
    rect = dock.table.visualRect(index)
    places = dict(dock.table.button_places(dock.model.rows[index.row()], rect))
    qtbot.mouseClick(dock.table.viewport(), Qt.MouseButton.LeftButton, pos=places[verb].center())


def test_the_buttons_of_a_row_stop_move_and_remove(dock: JobsDock, orders: Orders, qtbot: QtBot) -> None:
    press(dock, qtbot, "a", "stop")
    press(dock, qtbot, "w1", "up")
    press(dock, qtbot, "w1", "down")
    press(dock, qtbot, "w2", "remove")
    assert orders.given == [("stop", "a"), ("move", "w1", 0), ("move", "w1", 2), ("stop", "w2")]


def test_a_press_that_ends_elsewhere_does_nothing(dock: JobsDock, orders: Orders, qtbot: QtBot) -> None:
    index = dock.model.index(0, Column.VERBS)
    ((_, place),) = dock.table.button_places(dock.model.rows[0], dock.table.visualRect(index))
    viewport = dock.table.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=place.center())
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(40, place.center().y()))
    assert orders.given == []


def test_keys_do_the_same(dock: JobsDock, orders: Orders, qtbot: QtBot) -> None:
    dock.table.setCurrentIndex(dock.model.index(2, 0))
    qtbot.keyClick(dock.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(dock.table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(dock.table, Qt.Key.Key_Delete)
    assert orders.given == [("move", "w1", 0), ("move", "w1", 2), ("stop", "w1")]
    with qtbot.waitSignal(dock.studio.page_requested, check_params_cb=lambda key: key == "run:w1"):
        qtbot.keyClick(dock.table, Qt.Key.Key_Return)


def test_a_waiting_run_is_dropped_between_others(dock: JobsDock, orders: Orders) -> None:
    model = dock.model
    for row, place in ((1, 0), (3, 1), (4, 2), (-1, 2)):
        carried = model.mimeData([model.index(model.place_of("w0"), 0)])
        taken = model.dropMimeData(carried, Qt.DropAction.MoveAction, row, 0, QModelIndex())
        assert not taken, "the row moves when the queue says so"
        assert orders.given.pop() == ("move", "w0", place)


def test_only_waiting_runs_can_be_dragged(dock: JobsDock) -> None:
    draggable = [bool(dock.model.flags(dock.model.index(row, 0)) & Qt.ItemFlag.ItemIsDragEnabled) for row in range(4)]
    assert draggable == [False, True, True, True]


def test_a_run_that_ended_can_be_cleared(dock: JobsDock, qtbot: QtBot) -> None:
    project = dock.studio.project
    assert project is not None
    project.run_ended.emit(ended())
    assert dock.model.rows[-1].state == "cancelled"
    dock.on_clear()
    assert [row.run_id for row in dock.model.rows] == ["a", "w0", "w1", "w2"]


def test_with_nothing_to_show_one_line_says_so(open_sample: Studio, qtbot: QtBot) -> None:
    dock = JobsDock(open_sample)
    qtbot.addWidget(dock)
    dock.show()
    assert dock._stack.currentWidget() is dock._empty


def test_in_a_narrow_dock_stop_and_time_left_stay(dock: JobsDock) -> None:
    dock.resize(480, 200)
    assert dock.table.isColumnHidden(Column.RATE)
    assert not dock.table.isColumnHidden(Column.LEFT)
    assert not dock.table.isColumnHidden(Column.VERBS)
    dock.resize(1600, 200)
    assert not any(dock.table.isColumnHidden(column) for column in Column)


def test_the_ring_turns_only_while_a_run_works_and_not_for_those_who_want_it_still(dock: JobsDock) -> None:
    assert dock.table.turning._timer.isActive()
    dock.hide()
    assert not dock.table.turning._timer.isActive()
    dock.studio.change_settings(dock.studio.settings.model_copy(update={"reduce_motion": True}))
    dock.show()
    assert not dock.table.turning._timer.isActive()


def test_columns_keep_their_widths_while_numbers_change(dock: JobsDock, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [dock.table.columnWidth(column) for column in Column]
    jobs = (replace(AT_WORK, done=100_000, total=1_000_000, left_s=90_000.0), *WAITING)
    monkeypatch.setattr(dock.studio.project, "jobs", lambda: jobs)
    dock.on_jobs(jobs)
    assert [dock.table.columnWidth(column) for column in Column] == before


def test_the_model_keeps_the_rules_of_qt(qapp: object) -> None:
    model = JobsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    many = [JobRow(str(number), f"run {number}", "m", "queued") for number in range(6)]
    for order in ([0, 1, 2], [2, 0, 1, 3], [5, 4, 3, 2, 1, 0], [1], [], [3, 0]):
        model.show([many[number] for number in order])
        assert [row.run_id for row in model.rows] == [str(number) for number in order]
    tester.deleteLater()
    model.deleteLater()


# --- the line


def test_the_line_tells_of_the_run_at_work_and_stops_it(studio_with_jobs: Studio, orders: Orders, qtbot: QtBot) -> None:
    line = JobsLine(studio_with_jobs)
    qtbot.addWidget(line)
    line.resize(1100, 30)
    line.show()
    assert line.heading.text() == "Jobs (4)"
    assert line.accessibleDescription().startswith("mr-seed2, running, fine-tuning")
    with qtbot.waitSignal(studio_with_jobs.page_requested, check_params_cb=lambda key: key == "run:a"):
        qtbot.mouseClick(line.name, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(line.stop, Qt.MouseButton.LeftButton)
    assert orders.given == [("stop", "a")]


def test_the_line_says_when_nothing_is_at_work(studio: Studio, qtbot: QtBot) -> None:
    line = JobsLine(studio)
    qtbot.addWidget(line)
    line.show()
    assert line._quiet.isVisible()
    assert not line.stop.isVisible()


# --- with a real worker


@pytest.mark.slow
def test_a_real_run_is_stopped_and_resumed_from_the_list(open_sample: Studio, qtbot: QtBot) -> None:
    from neurostudio.app import make_request
    from neurostudio.gui import tasks

    dock = JobsDock(open_sample)
    qtbot.addWidget(dock)
    dock.resize(1100, 240)
    dock.show()
    project = open_sample.project
    assert project is not None
    slow = {"training.epochs": 400, "time_steps": 4, "conversion.steps": [2], "evaluation.encoder_seeds": 2}
    request = make_request(project.project, "spiking.text", settings=slow, inputs={"train": ["reviews"]}, seed=1, name="long")

    async def submit() -> None:
        await project.submit(request)

    tasks.start(submit())
    qtbot.waitUntil(lambda: any(row.run_id == request.id and row.amount for row in dock.model.rows), timeout=60_000)
    press(dock, qtbot, request.id, "stop")
    qtbot.waitUntil(lambda: state_of(project.project, request.id) == "cancelled", timeout=60_000)
    qtbot.waitUntil(lambda: any(row.run_id == request.id and row.verbs == ("resume",) for row in dock.model.rows), timeout=10_000)
    press(dock, qtbot, request.id, "resume")
    qtbot.waitUntil(lambda: any(row.run_id == request.id and row.state == "running" for row in dock.model.rows), timeout=60_000)
    project.stop(request.id)
    qtbot.waitUntil(lambda: not project.jobs(), timeout=60_000)
    dock.hide()


def state_of(project: Project, run_id: str) -> str:
    return project.find_run(run_id).state
