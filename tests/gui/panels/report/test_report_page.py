"""Reports in the window: choosing, looking, writing; what the window writes is what the command line writes."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from neurostudio.app import list_runs, make_report
from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.registry import page_for
from neurostudio.gui.panels.report import ReportPage, presenter
from neurostudio.gui.panels.report.preview import ReportPreview
from neurostudio.gui.shell.accessibility import walk
from neurostudio.gui.studio import Studio

pytestmark = pytest.mark.slow  # reports are drawn by child processes

DRAWING_MS = 60_000
WRITTEN = re.compile(r"\d{4}-\d\d-\d\d.\d\d:\d\d.UTC")


def open_page(qtbot: QtBot, studio: Studio, rest: str) -> ReportPage:
    page = page_for(f"report:{rest}", studio)
    assert isinstance(page, ReportPage)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    qtbot.waitUntil(lambda: page.view is not None, timeout=5_000)
    return page


def run_ids(studio: Studio, *names: str) -> tuple[str, ...]:
    rows = {row.name: row.run_id for row in list_runs(studio.project.project)}
    return tuple(rows[name] for name in names)


def drawn(qtbot: QtBot, page: ReportPage) -> str:
    qtbot.waitUntil(lambda: page.pages.currentWidget() is page.preview and not page._is_drawing, timeout=DRAWING_MS)
    return page.preview.toPlainText()


def test_a_new_report_is_seen_before_it_is_written(qtbot: QtBot, open_sample: Studio) -> None:
    first, second = run_ids(open_sample, "first", "second")
    page = open_page(qtbot, open_sample, f"new:{second}")
    assert page.run_ids() == (second,)
    assert page.pages.currentWidget() is page.waiting
    text = drawn(qtbot, page)
    assert "second" in text
    assert "Results side by side" not in text
    item = next(
        page.side.runs.item(row) for row in range(page.side.runs.count()) if page.side.runs.item(row).text().startswith("first")
    )
    page.side.name.setText("Both of them")
    item.setCheckState(Qt.CheckState.Checked)
    qtbot.waitUntil(lambda: page._drawn == ((first, second), "Both of them"), timeout=DRAWING_MS)
    text = drawn(qtbot, page)
    assert text.startswith("Both of them")
    assert "Results side by side" in text
    pictures = re.findall(r'src="([^"]+)"', page.preview._html)
    assert pictures
    for source in pictures:
        image = page.preview.loadResource(QTextDocument.ResourceType.ImageResource.value, QUrl(source))
        assert not image.isNull()
        assert image.width() <= page.preview.viewport().width()
    qtbot.mouseClick(page.side.none, Qt.MouseButton.LeftButton)
    assert page.pages.currentWidget() is page.empty
    assert not page.side.write.isEnabled()


def test_without_asked_runs_all_finished_ones_are_chosen(qtbot: QtBot, open_sample: Studio) -> None:
    page = open_page(qtbot, open_sample, "new")
    assert page.run_ids() == run_ids(open_sample, "first", "second")
    assert walk(page) == []
    assert page.side.runs.count() == 3
    assert page.side.title() == "Report of sample-study"


@pytest.mark.parametrize("suffix", [".html", ".pdf"])
def test_the_window_writes_what_the_command_line_writes(
    qtbot: QtBot,
    open_sample: Studio,
    tmp_path: Path,
    neurostudio_command: Callable[..., subprocess.CompletedProcess[str]],
    suffix: str,
) -> None:
    ids = run_ids(open_sample, "first", "second")
    page = open_page(qtbot, open_sample, f"new:{','.join(ids)}")
    page.side.name.setText("Pilot")
    by_window, by_command = tmp_path / f"window{suffix}", tmp_path / f"command{suffix}"
    opened: list[str] = []
    open_sample.page_requested.connect(opened.append)
    done: list[Path] = []

    async def write() -> None:
        done.append(await page.write_to(by_window))

    tasks.start(write())
    qtbot.waitUntil(lambda: bool(done), timeout=DRAWING_MS)
    assert opened == [f"report:{by_window}"]
    finished = neurostudio_command("report", open_sample.project.path, *ids, "--title", "Pilot", "--output", by_command)
    assert finished.returncode == 0, finished.stderr
    if suffix == ".html":
        texts = [WRITTEN.sub("now", path.read_text(encoding="utf-8")) for path in (by_window, by_command)]
        assert texts[0] == texts[1]
    else:
        from pypdf import PdfReader

        pages = [[WRITTEN.sub("now", page.extract_text()) for page in PdfReader(path).pages] for path in (by_window, by_command)]
        assert pages[0] == pages[1]


def test_a_written_report_is_listed_and_shown_again(qtbot: QtBot, open_sample: Studio, tmp_path: Path) -> None:
    ids = run_ids(open_sample, "first")
    made = make_report(open_sample.project.project, ids, tmp_path / "one.html", "Pilot")
    page = open_page(qtbot, open_sample, str(made.path))
    assert page.title == "Pilot"
    assert page.run_ids() == ids
    assert page.browser_button.isEnabled()
    assert "Written" in page.note.text()
    assert "Pilot" in drawn(qtbot, page)
    new = open_page(qtbot, open_sample, "new")
    assert new.side.reports.count() == 1
    opened: list[str] = []
    open_sample.page_requested.connect(opened.append)
    new.side.reports.itemActivated.emit(new.side.reports.item(0))
    assert opened == [page.key]


def test_a_report_whose_file_is_gone_says_so_and_can_still_be_saved_elsewhere(
    qtbot: QtBot, open_sample: Studio, tmp_path: Path
) -> None:
    made = make_report(open_sample.project.project, run_ids(open_sample, "first"), tmp_path / "one.html", "Pilot")
    made.path.unlink()
    page = open_page(qtbot, open_sample, str(made.path))
    assert "is gone" in page.note.text()
    assert not page.browser_button.isEnabled()


def test_a_report_that_no_project_knows_is_not_drawn(qtbot: QtBot, open_sample: Studio) -> None:
    page = open_page(qtbot, open_sample, "/nowhere/report.html")
    assert page.pages.currentWidget() is page.gone
    assert page.run_ids() == ()


def test_previews_are_not_listed_as_reports_and_leave_nothing_behind(qtbot: QtBot, open_sample: Studio) -> None:
    page = open_page(qtbot, open_sample, f"new:{run_ids(open_sample, 'first')[0]}")
    drawn(qtbot, page)
    folder = Path(page._temporary())
    assert (folder / "preview.html").is_file()
    assert presenter.load(open_sample.project.project, None).written == ()
    ended: list[bool] = []

    async def leave() -> None:
        await page.leave()
        ended.append(True)

    tasks.start(leave())
    qtbot.waitUntil(lambda: bool(ended), timeout=5_000)
    assert not folder.exists()


def test_a_run_that_cannot_be_reported_is_told_in_the_preview(
    qtbot: QtBot, open_sample: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = presenter.report_words
    monkeypatch.setattr(
        presenter, "report_words", lambda project, runs, *rest, **options: words(project, ("ghost",), *rest, **options)
    )
    page = open_page(qtbot, open_sample, f"new:{run_ids(open_sample, 'first')[0]}")
    qtbot.waitUntil(lambda: page.pages.currentWidget() is page.error_page, timeout=DRAWING_MS)
    assert "ghost" in page.error.accessibleName()


def test_the_preview_reads_pictures_of_its_folder_only_and_follows_the_theme(qtbot: QtBot, tmp_path: Path) -> None:
    preview = ReportPreview()
    qtbot.addWidget(preview)
    preview.resize(600, 400)
    preview.show()
    (tmp_path / "inside").mkdir()
    from PySide6.QtGui import QImage

    image = QImage(1480, 660, QImage.Format.Format_RGB32)
    image.save(str(tmp_path / "inside" / "a.png"))
    image.save(str(tmp_path / "outside.png"))
    html = (
        "<html><head><style>x</style></head><body><h1>T</h1>"
        '<p><img src="a.png" width="710" height="317" alt=""></p><p><img src="../outside.png" width="710" height="317"></p>'
        "</body></html>"
    )
    preview.show_html(html, tmp_path / "inside")
    kind = QTextDocument.ResourceType.ImageResource.value
    assert preview.loadResource(kind, QUrl("a.png")).width() <= 600
    for refused in ("../outside.png", "https://example.org/a.png", f"file://{tmp_path}/outside.png", "missing.png"):
        assert preview.loadResource(kind, QUrl(refused)) is None
    light = preview.toHtml()
    theme.use("dark")
    qtbot.waitUntil(lambda: preview.toHtml() != light, timeout=2_000)
    theme.use("light")


def test_names_and_endings_of_files() -> None:
    assert presenter.file_name("  ") == "report.html"
    assert presenter.file_name("Pilot", ".pdf") == "pilot.pdf"
    assert presenter.checked_target(Path("/x/report")) == Path("/x/report.html")
    with pytest.raises(RequestError, match=r"report\.docx"):
        presenter.checked_target(Path("/x/report.docx"))


def test_a_copy_of_a_missing_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NeuroError, match="no report"):
        presenter.copy_report(tmp_path / "a.html", tmp_path / "b.html")
    (tmp_path / "a.html").write_text("x", encoding="utf-8")
    presenter.copy_report(tmp_path / "a.html", tmp_path / "b.html")
    assert (tmp_path / "b.html").read_text(encoding="utf-8") == "x"
