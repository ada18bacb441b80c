"""Opening a run of 1 GB: time to the first slice and to the last volume, peak memory, and the data behind each frame of a scrub.

Each reading is a fresh process, and all take turns on the same files, which are in the cache of the disk. The clock starts after the
imports. Ours reads on to the checksum and so finds a damaged file; nibabel's arrays come without that. Targets: memory at most 1.3
times the values, at least 20 volumes a second.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from neurostudio.data.fmri.header import read_header
from tests.benchmarks._brain_files import large_run, overlay
from tests.benchmarks._measure import Row

REPEATS = 3
N_VOLUMES, N_QUICK = 905, 60
N_SCRUBBED = 300
TARGET_SHARE = 1.3

_START = """
import json, sys, time
from pathlib import Path
import numpy as np
import isal.igzip, nibabel
from neurostudio.data.fmri.image import open_image
def peak():
    if sys.platform == "linux":  # what getrusage says is inherited from the parent
        return next(1024 * int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
path = Path(sys.argv[1])
before = peak()
start, start_cpu = time.perf_counter(), time.process_time()
found = {}
def took(name):
    found[name + "_s"] = time.perf_counter() - start
    found[name + "_cpu_s"] = time.process_time() - start_cpu
"""
_END = """
took("last")
found["memory"] = peak() - before
print(json.dumps(found))
"""
_OURS = """
image = open_image(path)
def look(done, total):
    if not found:
        np.array(image.slice(2, 30, 0))
        took("first")
image.load(look)
"""
_PROXY = """
np.array(nibabel.load(path).dataobj[:, :, 30, 0])
took("first")
"""
_ARRAY = """
np.array(values[:, :, 30, 0])
took("first")
"""
CHILDREN = {
    "ours": _OURS,
    "slicer": _PROXY,
    "float64": "values = nibabel.load(path).get_fdata()" + _ARRAY,
    "float32": "values = nibabel.load(path).get_fdata(dtype=np.float32)" + _ARRAY,
    "stored": "values = np.asanyarray(nibabel.load(path).dataobj)" + _ARRAY,
}
PEERS = {
    "float64": "nibabel get_fdata()",
    "float32": "nibabel get_fdata(float32)",
    "stored": "nibabel dataobj as stored",
}

_SCRUB = """
import json, sys, time
from pathlib import Path
import nibabel
import numpy as np
from scipy.ndimage import map_coordinates
from neurostudio.data.fmri.image import open_image
run, other = open_image(Path(sys.argv[1])), open_image(Path(sys.argv[2]))
run.load()
other.load()
grid = run.grid
planes = []
for axis in range(3):
    sides = [np.arange(size) for size in grid.shape]
    sides[axis] = np.array([0])
    planes.append(grid.mm_of(np.stack(np.meshgrid(*sides, indexing="ij"), -1).squeeze(axis)))
proxy = nibabel.load(sys.argv[3]).dataobj
map_values, to_map = other.volume(0), np.linalg.inv(other.grid.affine)
def ours(t, voxel):
    for axis, index in enumerate(voxel):
        np.array(run.slice(axis, index, t))
    run.series(voxel)
def nibabel_slices(t, voxel):
    x, y, z = voxel
    np.array(proxy[x, :, :, t]), np.array(proxy[:, y, :, t]), np.array(proxy[:, :, z, t])
    np.array(proxy[x, y, z])
def ours_over(t, voxel):
    ours(t, voxel)
    for axis, index in enumerate(voxel):
        other.sample(planes[axis] + grid.affine[:3, axis] * index, 0)
def scipy_over(t, voxel):
    nibabel_slices(t, voxel)
    for axis, index in enumerate(voxel):
        mm = planes[axis] + grid.affine[:3, axis] * index
        places = (mm @ to_map[:3, :3].T + to_map[:3, 3]).reshape(-1, 3).T
        map_coordinates(map_values, places, order=1, cval=np.nan)
random = np.random.default_rng(0)
def times(frame, n):
    taken = []
    for _ in range(n):
        voxel = tuple(int(random.integers(size)) for size in grid.shape)
        t = int(random.integers(run.n_volumes))
        start = time.perf_counter()
        frame(t, voxel)
        taken.append(1000 * (time.perf_counter() - start))
    return {"median": float(np.median(taken)), "p99": float(np.percentile(taken, 99))}
frames = (ours, nibabel_slices, ours_over, scipy_over)
for frame in frames:
    times(frame, 20)
print(json.dumps({frame.__name__: times(frame, 300) for frame in frames}))
"""


def run(*, quick: bool = False) -> list[Row]:
    """Measure; `quick` takes a run of 66 MB. Returns medians."""
    path = large_run(N_QUICK if quick else N_VOLUMES, packed=True)
    return [*_opening(path), *_scrubbing(N_QUICK if quick else N_SCRUBBED)]


def _opening(path: Path) -> list[Row]:
    raw_bytes = read_header(path).raw_bytes
    found: dict[str, list[dict[str, float]]] = {name: [] for name in CHILDREN}
    with tempfile.TemporaryDirectory() as cache:
        for turn in range(REPEATS + 1):
            for name, code in CHILDREN.items():
                taken = _child(_START + code + _END, [str(path)], cache)
                if turn:  # the first of each only warms the disk
                    found[name].append(taken)
    middle = {name: {key: statistics.median(one[key] for one in taken) for key in taken[0]} for name, taken in found.items()}
    ours = middle["ours"]
    size = f"{raw_bytes / 1e9:.2g} GB, {path.stat().st_size / 1e9:.2g} GB packed"
    rows = [
        Row(f"first slice ({size})", "s", ours["first_s"], middle["slicer"]["first_s"], "nibabel dataobj[:, :, k, 0]", "lower"),
        Row("first slice", "s", ours["first_s"], middle["float32"]["first_s"], PEERS["float32"], "lower"),
    ]
    for unit, key in (("s", "last_s"), ("CPU s", "last_cpu_s")):
        for name, peer in PEERS.items():
            rows.append(Row("last volume (ours: checksum verified)", unit, ours[key], middle[name][key], peer, "lower"))
    for name, peer in PEERS.items():
        shares = [middle[which]["memory"] / raw_bytes for which in ("ours", name)]
        rows.append(Row(f"peak memory (target: at most {TARGET_SHARE})", "x raw", *shares, peer, "lower"))
    return rows


def _scrubbing(n_volumes: int) -> list[Row]:
    plain, packed = large_run(n_volumes, packed=False), large_run(n_volumes, packed=True)
    with tempfile.TemporaryDirectory() as cache:
        found = _child(_SCRUB, [str(packed), str(overlay()), str(plain)], cache)
    plain_peer, over_peer = "nibabel dataobj of a .nii", "the same with scipy map_coordinates"
    case = f"3 slices and a series of {n_volumes}"
    rows = []
    for part in ("median", "p99"):
        rows.append(Row(f"{case}, {part}", "ms", found["ours"][part], found["nibabel_slices"][part], plain_peer, "lower"))
        with_map = f"{case}, a map on another grid, {part}"
        rows.append(Row(with_map, "ms", found["ours_over"][part], found["scipy_over"][part], over_peer, "lower"))
    return rows


def _child(code: str, arguments: list[str], cache: str) -> dict[str, Any]:
    environment = {**os.environ, "NEUROSTUDIO_CACHE": cache}
    answer = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise RuntimeError(f"A measurement failed: {answer.stderr.strip()}")
    return dict(json.loads(answer.stdout))
