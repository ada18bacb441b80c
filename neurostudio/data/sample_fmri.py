"""Sample brain data: a person who listens to two narrators, made by the program, with the truth beside it.

A BIDS derivatives folder in MNI space. In known spheres the voxels respond to the narrators or to the words, through a known
response function; all else is noise as scanners make it: correlated in space and time, drifting, shaken when the head moves.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.files import write_json, write_text
from neurostudio.data.delimited import to_delimited
from neurostudio.data.fmri.dvars import dvars
from neurostudio.data.fmri.write import write_volumes
from neurostudio.data.sample_brain import SampleBrain, make_brain, smoothed
from neurostudio.data.sample_listening import CONDITIONS, WORD_FEATURES, Listening, make_listening, make_motion

SAMPLE_NAME = "sample_listening"
TASK = "listening"
SPACE = "MNI152NLin2009cAsym"
TR_S = 2.0
_AR, _NOISE, _DRIFT_WALK = 0.4, 1.1, 0.02
_HEAD_RADIUS_MM = 50.0
_N_COMPCOR = 5
_HIGH_PASS_S = 128.0
_MOTIONS = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")


@dataclass(frozen=True)
class Region:
    """One sphere of responsive voxels.

    Attributes
    ----------
    name : str
    centre_mm : tuple of float
        MNI.
    effects : tuple of float
        Response to each narrator, per cent of the mean signal.
    pattern : float
        S.d. over voxels of what each narrator adds in a fixed pattern of its own, per cent.
    words : float
        Response to the word features, each voxel with its own weights, per cent.
    """

    name: str
    centre_mm: tuple[float, float, float]
    effects: tuple[float, float] = (0.0, 0.0)
    pattern: float = 0.0
    words: float = 0.0


REGIONS = (
    Region("auditory left", (-52.0, -22.0, 8.0), (1.5, 1.5)),
    Region("auditory right", (54.0, -18.0, 6.0), (1.5, 1.5)),
    Region("woman right", (56.0, 4.0, -14.0), (1.4, 0.3)),
    Region("man left", (-48.0, 20.0, 14.0), (0.3, 1.4)),
    Region("pattern", (0.0, -60.0, 40.0), (0.6, 0.6), pattern=0.8),
    Region("words left", (-54.0, -50.0, 14.0), words=0.9),
)
RADIUS_MM = 11.0


def write_sample_fmri(
    folder: Path,
    seed: int = 0,
    *,
    runs: int = 3,
    volumes: int = 150,
    voxel_mm: int = 5,
    should_stop: Callable[[], bool] | None = None,
) -> Path:
    """Write the listening sample as a BIDS derivatives folder.

    Parameters
    ----------
    folder : Path
        Made if it is missing.
    seed : int
        Another seed gives another person's noise, motion and stories.
    runs, volumes, voxel_mm : int
        Size of it; the defaults make about 8 MB.
    should_stop : function, optional
        Looked at between volumes.

    Returns
    -------
    Path
        The folder ``sample_listening`` with the runs in ``sub-01/func``, the anatomy in ``sub-01/anat``, the timed words and their
        features in ``stimuli``, and in ``truth`` what was put in: the regions, their voxels' weights and the time courses.

    Raises
    ------
    Cancelled
        `should_stop` said so.
    """
    from neurostudio.core.errors import Cancelled

    root = folder / SAMPLE_NAME
    function = root / "sub-01" / "func"
    for part in (function, root / "sub-01" / "anat", root / "stimuli", root / "truth"):
        part.mkdir(parents=True, exist_ok=True)
    brain = make_brain(voxel_mm)
    truth = _truth(brain, seed)
    _write_description(root)
    _write_anatomy(root, brain)
    _write_truth(root, brain, truth)
    for run in range(1, runs + 1):
        stem = f"sub-01_task-{TASK}_run-{run}"
        heard = make_listening(volumes, TR_S, seed, run)
        motion, spikes = make_motion(volumes, seed, run)
        series = np.empty((volumes, *brain.mask.shape), np.int16)
        for time, volume in enumerate(_scan(brain, truth, heard, motion, spikes, seed, run)):
            if should_stop is not None and should_stop():
                raise Cancelled
            series[time] = volume
        write_volumes(
            function / f"{stem}_space-{SPACE}_desc-preproc_bold.nii.gz",
            series,
            (*brain.mask.shape, volumes),
            brain.affine,
            tr_s=TR_S,
            dtype=np.int16,
            space="mni",
        )
        write_volumes(
            function / f"{stem}_space-{SPACE}_desc-brain_mask.nii.gz",
            (brain.mask,),
            brain.mask.shape,
            brain.affine,
            dtype=np.uint8,
            space="mni",
        )
        _write_events(function / f"{stem}_events.tsv", heard)
        _write_stimuli(root / "stimuli", stem, heard)
        _write_confounds(function / f"{stem}_desc-confounds_timeseries", brain, series, motion)
        _write_time_courses(root / "truth" / f"{stem}_responses.tsv", heard, spikes, volumes)
    return root


# --- the signal -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Truth:
    """Label of each voxel, and its weights (per cent): narrators (V, 2), word features (V, 3), V voxels in C order."""

    labels: NDArray[np.uint8]
    narrators: NDArray[np.float64]
    words: NDArray[np.float64]


def _truth(brain: SampleBrain, seed: int) -> _Truth:
    random = np.random.default_rng([seed, 0, 3])
    labels = np.zeros(brain.mask.shape, np.uint8)
    for number, region in enumerate(REGIONS, start=1):
        labels[(brain.distance_mm(region.centre_mm) <= RADIUS_MM) & brain.mask & (brain.fluid < 0.5)] = number
    found = labels[labels > 0]
    effects = np.array([region.effects for region in REGIONS])[found - 1]
    patterns = np.array([region.pattern for region in REGIONS])[found - 1]
    speech = np.array([region.words for region in REGIONS])[found - 1]
    own = random.normal(size=effects.shape)
    for number in np.unique(found):
        own[found == number] -= own[found == number].mean(axis=0)  # a pattern alone, and no mean
    narrators = effects + patterns[:, None] * own
    words = speech[:, None] * random.normal(size=(len(found), len(WORD_FEATURES))) / np.sqrt(len(WORD_FEATURES))
    return _Truth(labels, narrators, words)


def _scan(
    brain: SampleBrain,
    truth: _Truth,
    heard: Listening,
    motion: NDArray[np.float64],
    spikes: NDArray[np.int64],
    seed: int,
    run: int,
) -> Iterator[NDArray[np.int16]]:
    """Yield the volumes: mean * (1 + signal + noise + drift, in per cent) and what is left of the motion after realignment."""
    random = np.random.default_rng([seed, run, 4])
    n_time, responsive = len(motion), truth.labels > 0
    signal = heard.conditions @ truth.narrators.T + heard.word_responses @ truth.words.T
    drifts = _drift_maps(brain, random)
    courses = _drift_courses(n_time, random)
    pulse = random.normal(0, 0.7, n_time)
    breath = np.convolve(random.normal(0, 0.25, n_time + 4), np.ones(5) / 5, mode="valid")
    slopes = np.gradient(brain.mean, float(brain.affine[0, 0]))
    scale = _NOISE / _kernel_sd() * np.sqrt(1 - _AR**2)
    noise = _NOISE / _kernel_sd() * smoothed(random.standard_normal(brain.mask.shape, np.float32))
    moved = motion - motion[0]
    centre = np.asarray(brain.mask.shape) / 2
    y = (np.arange(brain.mask.shape[1]) - centre[1])[None, :, None] * brain.affine[1, 1]
    z = (np.arange(brain.mask.shape[2]) - centre[2])[None, None, :] * brain.affine[2, 2]
    for time in range(n_time):
        if time:
            noise = np.float32(_AR) * noise + np.float32(scale) * smoothed(random.standard_normal(brain.mask.shape, np.float32))
        per_cent = noise + np.tensordot(courses[time].astype(np.float32), drifts, 1)
        per_cent += np.float32(pulse[time]) * brain.fluid + np.float32(breath[time])
        per_cent[responsive] += signal[time]
        if time in spikes or time - 1 in spikes:
            per_cent -= np.float32(1.5) * (1 + z / 80)
        shift = moved[time]
        residual = slopes[0] * shift[0] + slopes[1] * (shift[1] - shift[3] * z) + slopes[2] * (shift[2] + shift[3] * y)
        yield np.clip(np.rint(brain.mean * (1 + per_cent / 100) - 0.2 * residual), 0, 32000).astype(np.int16)


def _kernel_sd() -> float:
    """S.d. of smoothed white noise of s.d. 1."""
    impulse = np.zeros((5, 5, 5), np.float32)
    impulse[2, 2, 2] = 1
    return float(np.sqrt((smoothed(impulse) ** 2).sum()))


def _drift_maps(brain: SampleBrain, random: np.random.Generator) -> NDArray[np.float32]:
    """Four maps of slow change, smooth over the head, shape (4, X, Y, Z)."""
    maps = random.standard_normal((4, *brain.mask.shape), np.float32)
    for _ in range(12):
        maps = smoothed(maps, 1 / 3)
    return np.asarray(maps / maps.std(axis=(1, 2, 3), keepdims=True) + 1, np.float32)


def _drift_courses(n_time: int, random: np.random.Generator) -> NDArray[np.float64]:
    """A line, a slow wave and two random walks, per cent, shape (T, 4)."""
    along = np.linspace(-1, 1, n_time)
    walks = np.cumsum(random.normal(0, _DRIFT_WALK, (n_time, 2)), axis=0)
    return np.column_stack([0.8 * along, 0.4 * np.sin(np.pi * (along + random.uniform(0, 2))), walks - walks.mean(axis=0)])


# --- the files ------------------------------------------------------------------------------------------------------------


def _write_description(root: Path) -> None:
    write_json(
        root / "dataset_description.json",
        {
            "Name": "Listening to two narrators (sample data made by NeuroStudio)",
            "BIDSVersion": "1.10.0",
            "DatasetType": "derivative",
            "License": "CC0",
            "GeneratedBy": [{"Name": "NeuroStudio", "Description": "Simulated: no person was scanned"}],
        },
    )
    write_text(
        root / "README",
        "Simulated brain data: a listener, two narrators who take turns, and stories word by word.\n"
        "stimuli/ holds the timed words, truth/ what was put into the signal.\n",
    )
    write_text(root / "participants.tsv", "participant_id\nsub-01\n")
    write_json(root / f"task-{TASK}_bold.json", {"RepetitionTime": TR_S, "TaskName": TASK, "SkullStripped": False})


def _write_anatomy(root: Path, brain: SampleBrain) -> None:
    path = root / "sub-01" / "anat" / f"sub-01_space-{SPACE}_desc-preproc_T1w.nii.gz"
    write_volumes(path, (brain.anatomy,), brain.anatomy.shape, brain.anatomy_affine, dtype=np.uint8, space="mni")


def _write_truth(root: Path, brain: SampleBrain, truth: _Truth) -> None:
    folder = root / "truth"
    write_volumes(folder / "regions.nii.gz", (truth.labels,), truth.labels.shape, brain.affine, dtype=np.uint8, space="mni")
    rows: list[list[Any]] = [["index", "name", "x_mm", "y_mm", "z_mm", "voxels", *CONDITIONS, "pattern", "words"]]
    for number, region in enumerate(REGIONS, start=1):
        count = int((truth.labels == number).sum())
        rows.append([number, region.name, *region.centre_mm, count, *region.effects, region.pattern, region.words])
    _write_table(folder / "regions.tsv", rows)
    voxels = np.argwhere(truth.labels > 0)
    weights = np.round(np.hstack([truth.narrators, truth.words]), 4)
    head = ["i", "j", "k", "region", *CONDITIONS, *WORD_FEATURES]
    labels = truth.labels[truth.labels > 0]
    body = [[*map(int, voxel), int(label), *map(float, row)] for voxel, label, row in zip(voxels, labels, weights, strict=True)]
    _write_table(folder / "weights.tsv", [head, *body])


def _write_events(path: Path, heard: Listening) -> None:
    _write_table(path, [["onset", "duration", "trial_type"], *([onset, lasts, name] for onset, lasts, name in heard.blocks)])


def _write_stimuli(folder: Path, stem: str, heard: Listening) -> None:
    _write_table(folder / f"{stem}_words.tsv", [["onset", "duration", "text"], *([*word] for word in heard.words)])
    body = [[round(time * TR_S, 3), *map(float, np.round(row, 4))] for time, row in enumerate(heard.features)]
    _write_table(folder / f"{stem}_features.tsv", [["onset", *WORD_FEATURES], *body])


def _write_time_courses(path: Path, heard: Listening, spikes: NDArray[np.int64], n_time: int) -> None:
    jerked = np.isin(np.arange(n_time), spikes).astype(int)
    values = np.round(np.hstack([heard.conditions, heard.word_responses]), 5)
    rows = [[*map(float, row), int(jerk)] for row, jerk in zip(values, jerked, strict=True)]
    _write_table(path, [[*CONDITIONS, *WORD_FEATURES, "jerk"], *rows])


def _write_confounds(stem: Path, brain: SampleBrain, series: NDArray[np.int16], motion: NDArray[np.float64]) -> None:
    """Write the table as fMRIPrep does, with its names and with n/a where a value has no volume before it."""
    columns: dict[str, NDArray[np.float64]] = {}
    tissue = {"csf": brain.fluid > 0.6, "white_matter": brain.white > 0.9, "global_signal": brain.mask}
    for name, where in tissue.items():
        columns[name] = series[:, where].mean(axis=1, dtype=np.float64)
    change = dvars(series[:, brain.mask])
    columns["dvars"], columns["std_dvars"] = change.raw, change.standardised
    steps = np.abs(np.diff(motion, axis=0, prepend=np.nan)) * [1, 1, 1, *[_HEAD_RADIUS_MM] * 3]
    columns["framewise_displacement"] = steps.sum(axis=1)
    components, variances = _compcor(series[:, (brain.fluid > 0.6) | (brain.white > 0.95)])
    columns |= {f"a_comp_cor_{number:02d}": component for number, component in enumerate(components)}
    columns |= {f"cosine{number:02d}": wave for number, wave in enumerate(_cosines(len(series)))}
    for name, trace in zip(_MOTIONS, motion.T, strict=True):
        speed = np.diff(trace, prepend=np.nan)
        columns |= {name: trace, f"{name}_derivative1": speed, f"{name}_power2": trace**2}
        columns[f"{name}_derivative1_power2"] = speed**2
    body = [[_cell(value) for value in row] for row in zip(*columns.values(), strict=True)]
    _write_table(stem.with_suffix(".tsv"), [list(columns), *body])
    facts = {
        f"a_comp_cor_{number:02d}": {
            "CumulativeVarianceExplained": round(float(sum(variances[: number + 1])), 6),
            "Mask": "combined",
            "Method": "aCompCor",
            "Retained": True,
            "VarianceExplained": round(float(variance), 6),
        }
        for number, variance in enumerate(variances)
    }
    write_text(stem.with_suffix(".json"), json.dumps(facts, indent=2) + "\n")


def _compcor(noise: NDArray[np.int16]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First components of the time courses of fluid and white matter (Behzadi et al. 2007), and their share of the variance."""
    drift = np.column_stack([np.ones(len(noise)), *_cosines(len(noise))])
    basis = np.linalg.qr(drift)[0]
    values = noise.astype(np.float64)
    values -= basis @ (basis.T @ values)
    values /= np.maximum(values.std(axis=0), 1e-9)
    power, vectors = np.linalg.eigh(values @ values.T)
    order = np.argsort(power)[::-1][:_N_COMPCOR]
    components = vectors[:, order] * np.sign(vectors[np.abs(vectors[:, order]).argmax(axis=0), order])
    return components.T, power[order] / power.sum()


def _cosines(n_time: int) -> list[NDArray[np.float64]]:
    count = int(np.floor(2 * n_time * TR_S / _HIGH_PASS_S))
    time = (np.arange(n_time) + 0.5) / n_time
    return [np.sqrt(2 / n_time) * np.cos(np.pi * order * time) for order in range(1, count + 1)]


def _cell(value: float) -> str:
    return "n/a" if np.isnan(value) else f"{value:.6g}"


def _write_table(path: Path, rows: list[list[Any]]) -> None:
    write_text(path, to_delimited([[str(cell) for cell in row] for row in rows], "\t"))
