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
from neurostudio.data.fmri.image import open_image

def peak():  # what getrusage says is inherited from the process that started this one
    return next(1024 * int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

before = peak()
image = open_image(Path(sys.argv[1]))
image.load()
image.slice(0, 3, image.n_volumes - 1), image.series((1, 2, 3)), image.robust_range()
print((peak() - before) / image.header.raw_bytes)
"""


needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc to measure the memory of a process")


def share_of_raw(path: Path) -> float:
    """Peak of memory while an image is read and looked at, by its raw size, in a process of its own."""
    answer = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
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


@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("name", ["run.nii", "run.nii.gz"])
def test_reading_a_gigabyte_takes_little_more_than_the_values(tmp_path: Path, name: str) -> None:
    """Oracle 11."""
    write_large(tmp_path / name, 905)
    assert (0.9 if name.endswith("gz") else 0) <= share_of_raw(tmp_path / name) <= 1.3
