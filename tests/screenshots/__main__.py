"""Take pictures of the window: every scene in every look, and one sheet of all of them for a quick look.

    python -m tests.screenshots                                all of it, some minutes
    python -m tests.screenshots --only palette --only tour     two scenes, in every look
    python -m tests.screenshots --theme dark --scale 2         one look

Each look is a child process of its own, because Qt reads its scale when it starts. Where there is no display, Xvfb is started.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.screenshots.look import LOOKS, Look
from tests.screenshots.sheet import write_sheet
from tests.screenshots.study import make_study


def main() -> int:
    """Read the flags, make the study, and take the pictures of each look in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description="Pictures of the real window.")
    parser.add_argument("--only", action="append", metavar="NAME", default=[], help="one scene; may be given again")
    parser.add_argument("--to", type=Path, metavar="FOLDER", default=Path(tempfile.gettempdir()) / "neurostudio-screenshots")
    parser.add_argument("--theme", choices=("light", "dark", "contrast"))
    parser.add_argument("--scale", type=float, help="1 or 2")
    parser.add_argument("--size", metavar="WxH", help="such as 1600x1000")
    parser.add_argument("--list", action="store_true", help="names of the scenes")
    flags = parser.parse_args()
    from tests.screenshots.scene import all_scenes

    if unknown := set(flags.only) - set(all_scenes()):
        parser.error(f"no scene is called {', '.join(sorted(unknown))}; --list names them")
    if flags.list:
        sys.stdout.write("\n".join(all_scenes()) + "\n")
        return 0
    looks = [look for look in LOOKS if look.fits(flags.theme, flags.scale, flags.size)]
    if not looks:  # none of ours: the one that was asked for
        width, _, height = (flags.size or "1600x1000").partition("x")
        looks = [Look(flags.theme or "light", int(width), int(height), flags.scale or 1)]
    folder = flags.to.absolute()
    study = make_study(folder / "study")
    failed = 0
    for look in looks:
        with display(look) as environment:
            failed += take(look, flags.only, folder, study, environment)
        write_sheet(folder / look.name, folder / f"sheet-{look.name}.png")
    sys.stdout.write(f"{folder}\n")
    return 1 if failed else 0


def take(look: Look, only: list[str], folder: Path, study: Path, environment: dict[str, str]) -> int:
    """One look in a child process; its exit code."""
    words = [sys.executable, "-m", "tests.screenshots.child", look.as_word(), str(folder / look.name), str(study), *only]
    scaled = {**environment, "QT_SCALE_FACTOR": str(look.scale), "QT_QPA_PLATFORM": "xcb"}
    return subprocess.run(words, env=scaled, check=False).returncode


@contextmanager
def display(look: Look) -> Iterator[dict[str, str]]:
    """The environment with a display: the one that is there, or an Xvfb as large as the window, on a number that is free."""
    if os.environ.get("DISPLAY"):
        yield dict(os.environ)
        return
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", look.screen(), "-nolisten", "tcp"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading, encoding="ascii") as answer:
            number = answer.readline().strip()
        yield {**os.environ, "DISPLAY": f":{number}"}
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    raise SystemExit(main())
