"""One look: the window in this process, each scene after the other. Started by ``python -m tests.screenshots``."""

import asyncio
import os
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from tests.screenshots.look import Look

if TYPE_CHECKING:
    from tests.screenshots.stage import Stage


def main() -> int:
    """``child LOOK FOLDER STUDY [SCENE...]``: the number of scenes that failed, at most 1."""
    look, folder, study = Look.from_word(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="neurostudio-look-") as name:
        place = Path(name)
        os.environ["NEUROSTUDIO_CONFIG"] = str(place / "config")
        copy = place / study.name
        shutil.copytree(study, copy)
        return take_all(look, folder, copy, place, sys.argv[4:])


def take_all(look: Look, folder: Path, study: Path, place: Path, only: list[str]) -> int:
    """Start the window as the program does, and take the pictures."""
    import qasync
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QApplication

    from neurostudio.app.settings import UserSettings, save
    from neurostudio.gui.shell.start import make_window
    from neurostudio.gui.style import FlatStyle
    from tests.screenshots.stage import Stage

    save(UserSettings(appearance=look.theme, text_scale=look.text_scale, show_tour=False, reopen_last=False))  # type: ignore[arg-type]
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication(sys.argv[:1])
    application.setStyle(FlatStyle())
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    window = make_window(None, reset_layout=True)
    window.setGeometry(0, 0, look.width, look.height)
    window.show()
    with loop:
        return loop.run_until_complete(_scenes(Stage(window, look, study, place), folder, only))


async def _scenes(stage: "Stage", folder: Path, only: list[str]) -> int:
    from neurostudio.gui import tasks
    from tests.screenshots.scene import all_scenes

    window = stage.window
    await stage.until(lambda: window.furniture is not None, "the window is furnished")
    await stage.take_keyboard()
    await stage.rest()
    failed = 0
    for name, scene in all_scenes().items():
        if only and name not in only:
            continue
        began = time.monotonic()
        try:
            await scene(stage)
        except Exception:  # noqa: BLE001 - the other scenes are still wanted
            failed = 1
            traceback.print_exc()
        stage.picture().save(str(folder / f"{name}.png"))
        sys.stdout.write(f"{stage.look.name} {name} {time.monotonic() - began:.1f} s\n")
        sys.stdout.flush()
        await stage.tidy()
    await stage.close_study()
    window.close()
    await tasks.shut_down()
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
