import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from isal import igzip

MEASURE = """
import sys
from pathlib import Path
import numpy, nibabel.nifti1, isal.igzip
from neurostudio.core.errors import Cancelled
from neurostudio.data.fmri.image import open_image

def memory(name):  # the peak that getrusage tells is inherited from the process that started this one
    return next(1024 * int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name))

before = memory("VmHWM")
image = open_image(Path(sys.argv[1]))
{then}
print((memory("{measure}") - before) / image.header.raw_bytes)
"""
READ = """
image.load()
image.slice(0, 3, image.n_volumes - 1), image.series((1, 2, 3)), image.robust_range()
"""
CANCEL = """
try:
    image.load(should_stop=lambda: image.n_loaded >= image.n_volumes - 2)
except Cancelled:
    pass
"""

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc to measure the memory of a process")


def share_of_raw(path: Path, then: str = READ, measure: str = "VmHWM") -> float:
    """Memory that an image takes in a process of its own, its peak if not told otherwise, by the size of its values."""
    code = MEASURE.replace("{then}", then).replace("{measure}", measure)
    answer = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    return float(answer.stdout)


def write_large(path: Path, n_volumes: int) -> None:
    volume = np.random.default_rng(0).normal(300, 200, (96, 96, 60)).astype(np.int16).tobytes(order="F")
    header = nib.Nifti1Image(np.zeros((1, 1, 1), np.int16), np.eye(4)).header
    header.set_data_shape((96, 96, 60, n_volumes))
    header["vox_offset"] = 352
    with igzip.open(path, "wb", 0) if path.suffix == ".gz" else path.open("wb") as stream:
        stream.write(header.binaryblock + b"\0" * 4)
        for _ in range(n_volumes):
            stream.write(volume)


@needs_proc
@pytest.mark.parametrize("name", ["run.nii", "run.nii.gz"])
def test_reading_takes_little_more_than_the_values(tmp_path: Path, name: str) -> None:
    """Oracle 11 in small: 55 MB."""
    write_large(tmp_path / name, 50)
    assert (0.9 if name.endswith("gz") else 0) <= share_of_raw(tmp_path / name) <= 1.3


@needs_proc
def test_a_cancelled_image_gives_its_memory_back(tmp_path: Path) -> None:
    """Oracle 11, second half."""
    write_large(tmp_path / "run.nii.gz", 50)
    assert share_of_raw(tmp_path / "run.nii.gz", CANCEL) >= 0.9
    assert share_of_raw(tmp_path / "run.nii.gz", CANCEL, "VmRSS") <= 0.2


@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("name", ["run.nii", "run.nii.gz"])
def test_reading_a_gigabyte_takes_little_more_than_the_values(tmp_path: Path, name: str) -> None:
    """Oracle 11."""
    write_large(tmp_path / name, 905)
    assert (0.9 if name.endswith("gz") else 0) <= share_of_raw(tmp_path / name) <= 1.3
