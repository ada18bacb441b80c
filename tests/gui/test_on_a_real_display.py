"""The window's own tests once more on a real X display: what the offscreen platform leaves out is there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_window_works_on_an_x_display_as_it_does_offscreen() -> None:
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("Xvfb is not installed here")
    read, write = os.pipe()
    words = [server, "-displayfd", str(write), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"]
    with subprocess.Popen(words, pass_fds=(write,), stderr=subprocess.DEVNULL) as xvfb:
        os.close(write)
        try:
            with os.fdopen(read) as stream:
                display = stream.readline().strip()
            environment = {**os.environ, "DISPLAY": f":{display}", "QT_QPA_PLATFORM": "xcb"}
            tests = str(Path(__file__).with_name("test_window.py"))
            command = [sys.executable, "-m", "pytest", tests, "-p", "no:cacheprovider"]
            finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        finally:
            xvfb.terminate()
    assert finished.returncode == 0, finished.stdout[-4000:]
