"""The window as a program: opens a project, every page and every tab in them, and prints what it has loaded.

``python window_pages.py PROJECT`` prints one JSON object: ``pages``, ``errors`` and ``modules``.
"""

import asyncio
import json
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import qasync
from PySide6.QtWidgets import QApplication, QTabWidget

from neurostudio.core.registry import registry
from neurostudio.core.resources import resource_folder
from neurostudio.gui import tasks
from neurostudio.gui.shell.start import make_window
from neurostudio.gui.shell.window import MainWindow
from neurostudio.gui.style import FlatStyle
from neurostudio.store import read

LOOK_S = 0.4
LONGEST_S = 60.0


async def look_at_everything(project: Path) -> dict[str, list[str]]:
    """Open everything that has a key."""
    window = make_window(None, reset_layout=True)
    errors: list[str] = []
    window.studio.noticed.connect(lambda notice: errors.append(notice.title) if notice.level == "error" else None)
    tasks.error_listeners.append(lambda error: errors.append("".join(traceback.format_exception(error))))
    is_there: list[bool] = []
    window.furnished.connect(lambda: is_there.append(True))
    window.show()
    await until(lambda: bool(is_there))
    window.open_project(project)
    await until(lambda: window.studio.project is not None)
    await asyncio.sleep(LOOK_S)
    keys = keys_of(window)
    for key in keys:
        page = window.open_page(key)
        await asyncio.sleep(LOOK_S)
        for tabs in page.findChildren(QTabWidget):
            for index in range(tabs.count()):
                tabs.setCurrentIndex(index)
                await asyncio.sleep(LOOK_S)
    closed: list[bool] = []
    window.closed.connect(lambda: closed.append(True))
    window.close()
    await until(lambda: bool(closed))
    await tasks.shut_down()
    return {"pages": keys, "errors": errors, "modules": sorted(packages())}


def packages() -> set[str]:
    """What is loaded; scipy counts once one of its parts is: nibabel asks for the package itself, which is empty."""
    found = {name.partition(".")[0] for name in sys.modules}
    return found if "scipy.linalg" in sys.modules or "scipy.sparse" in sys.modules else found - {"scipy"}


def keys_of(window: MainWindow) -> list[str]:
    """Keys of all pages that the project has."""
    assert window.studio.project is not None
    store = window.studio.project.project.store
    ids = [row.run_id for row in read.runs(store)]
    return [
        "welcome",
        *(f"method:{method_id}" for method_id in registry().methods),
        *(f"data:{row.name}" for row in read.datasets(store)),
        *(f"run:{run_id}" for run_id in ids),
        f"compare:{','.join(ids)}",
        f"report:new:{','.join(ids)}",
        *(f"report:{row.path}" for row in read.reports(store)),
        *(f"help:{file.stem}" for file in sorted((resource_folder() / "docs").glob("*.md"))),
    ]


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + LONGEST_S
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError("the window does not come to what is waited for")
        await asyncio.sleep(0.02)


def main(project: str) -> None:
    """Start, look, close."""
    application = QApplication([])
    application.setStyle(FlatStyle())
    application.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        print(json.dumps(loop.run_until_complete(look_at_everything(Path(project)))))


if __name__ == "__main__":
    main(sys.argv[1])
