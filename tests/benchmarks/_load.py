"""A run that keeps every core busy and writes metrics as fast as it is told: ``python -m tests.benchmarks._load FOLDER RATE``.

It is a worker like any other, with its claim, heartbeat and batches; only its method is missing.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from neurostudio.core.run_folder import RunFolder
from neurostudio.jobs.worker import attempt

NAMES = ("train/loss", "train/accuracy", "train/grad_norm", "validation/loss", "energy/snn_millijoule")
PROGRESS_EVERY = 500  # steps
BURN = "while True: pass"


def main(path: str, rate: str) -> None:
    """Work until told to stop; `rate` is in numbers a second."""
    folder = RunFolder(Path(path))
    others = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range((os.cpu_count() or 1) - 1)]
    try:
        with attempt(folder, folder.request()) as recorder:
            start, done = time.perf_counter(), 0
            while not recorder.should_stop():
                due = int((time.perf_counter() - start) * float(rate) / len(NAMES))
                for step in range(done, due):
                    for place, name in enumerate(NAMES):
                        recorder.metric(name, 1 / (1 + step / 1000) + place, step)
                    if step % PROGRESS_EVERY == 0:
                        recorder.progress(step, None, "training", "steps")
                done = due
            recorder.check_stop()
    finally:
        for process in others:
            process.kill()


if __name__ == "__main__":
    main(*sys.argv[1:])
