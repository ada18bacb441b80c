"""Settings of ``fmri.decode_classes``, and what a run of it needs."""

from collections.abc import Mapping
from typing import Any, Literal

from neurostudio.core.method import Estimate
from neurostudio.core.spec import Spec, setting
from neurostudio.methods.fmri.specs.clean import ConfoundSettings
from neurostudio.methods.fmri.specs.selection import MaskSettings, RunSelection
from neurostudio.methods.fmri.specs.size import SERIES_NOTE, SizeOfData

_START_S = 5.0
_VALUES_PER_S = 1.0e7  # voxels of the mask times volumes, one laptop core
_S_PER_PERMUTATION = {"logistic": 0.03, "svm": 0.02, "ridge": 0.0005, "lda": 0.3, "centroid": 0.01}  # eight runs of eight blocks
_VOLUMES_SLOWER = 30
_SPHERES_PER_S = 700.0

Classifier = Literal["logistic", "svm", "ridge", "lda", "centroid"]


class PatternSettings(Spec):
    """What one sample is."""

    samples: Literal["blocks", "volumes", "lss", "lsa"] = setting(
        "blocks",
        title="Samples",
        help="Blocks: mean of the volumes of each event, shifted by the delay of the response. Volumes: each of them alone. LSS and "
        "LSA: the weight of each event in a linear model, one model an event or one for all; for events that overlap.",
        group="Patterns",
        labels={
            "blocks": "Mean of each block",
            "volumes": "Single volumes",
            "lss": "Weight of each event (LSS)",
            "lsa": "Weight of each event (LSA)",
        },
    )
    shift_s: float = setting(
        5.0,
        title="Shift",
        help="For blocks and volumes: how much later than the events the volumes are taken, for the delay of the response.",
        unit="s",
        group="Patterns",
        ge=0,
        le=30,
    )
    join_gap_s: float | None = setting(
        None,
        title="Join events",
        help="Events of the same type that follow each other within this gap are one block. Empty: each event is its own.",
        unit="s",
        group="Patterns",
        advanced=True,
        ge=0,
        le=600,
    )
    detrend: Literal["quadratic", "linear", "cosine", "none"] = setting(
        "quadratic",
        title="Drift",
        help="Slow change that is taken out of each voxel, run by run.",
        group="Patterns",
        labels={"quadratic": "Quadratic", "linear": "Linear", "cosine": "Cosines (high-pass)", "none": "Mean only"},
    )
    high_pass_hz: float = setting(
        0.008, title="High-pass", help="For cosines.", unit="Hz", group="Patterns", advanced=True, gt=0, lt=1
    )
    standardise: Literal["volumes", "patterns", "none"] = setting(
        "volumes",
        title="Standardise",
        help="Within each run, every voxel alone. Volumes: over all volumes, before the samples are taken. Patterns: over the "
        "samples.",
        group="Patterns",
        labels={"volumes": "Over the volumes", "patterns": "Over the samples", "none": "Not"},
    )


class ClassSettings(Spec):
    """What is told apart."""

    only: list[str] = setting(
        [], title="Classes", help="Types of events to tell apart. Empty: all but those left out.", group="Classes"
    )
    leave_out: list[str] = setting(
        ["rest", "baseline", "fixation"],
        title="Left out",
        help="Types of events that are no class.",
        group="Classes",
        advanced=True,
    )
    rename: dict[str, str] = setting(
        {},
        title="Join classes",
        help="Type of event and the class it counts as, such as face: alive, cat: alive, house: not alive.",
        group="Classes",
        advanced=True,
    )


class ClassifierSettings(Spec):
    """How it is told apart."""

    kind: Classifier = setting(
        "logistic",
        title="Classifier",
        help="All are linear, so their weights can be drawn. Ridge is the fastest where labels are shuffled.",
        group="Classifier",
        labels={
            "logistic": "Logistic regression",
            "svm": "Support vector machine, linear",
            "ridge": "Ridge",
            "lda": "Linear discriminant, shrunk",
            "centroid": "Nearest centroid",
        },
    )
    c: float = setting(
        1.0,
        title="C",
        help="Logistic regression and support vectors: smaller is simpler. It is fixed and never chosen on tested runs.",
        group="Classifier",
        advanced=True,
        gt=0,
    )
    alpha: float | None = setting(
        None,
        title="Penalty",
        help="Ridge: larger is simpler. Empty: the number of voxels.",
        group="Classifier",
        advanced=True,
        gt=0,
    )


class SearchlightSettings(Spec):
    """The same with each voxel's neighbours alone."""

    on: bool = setting(False, title="Searchlight", help="Decode from a sphere around each voxel too.", group="Searchlight")
    radius_mm: float = setting(8.0, title="Radius", help="Of the sphere.", unit="mm", group="Searchlight", gt=0, le=100)
    least_voxels: int = setting(
        5,
        title="Least voxels",
        help="Spheres with fewer voxels of the mask are left out.",
        unit="voxels",
        group="Searchlight",
        advanced=True,
        ge=1,
    )
    classifier: Literal["ridge", "same"] = setting(
        "ridge",
        title="Classifier",
        help="Ridge is solved for all runs and shuffles of a sphere at once. Same: the one above, many times slower and without a "
        "threshold.",
        group="Searchlight",
        advanced=True,
        labels={"ridge": "Ridge (fast)", "same": "As above"},
    )
    permutations: int = setting(
        100,
        title="Shuffles",
        help="Shuffles of the labels that give the height which the best sphere of the brain reaches by chance. 0: none.",
        group="Searchlight",
        ge=0,
        le=100_000,
    )


class DecodeClassesSpec(Spec):
    """Which class of event a run that was not learned from belongs to, told from patterns of voxels."""

    selection: RunSelection = setting(RunSelection(), title="Runs", help="Which runs of the data, of one person.")
    mask: MaskSettings = setting(MaskSettings(), title="Mask", help="Which voxels.")
    patterns: PatternSettings = setting(PatternSettings(), title="Patterns", help="What one sample is.")
    classes: ClassSettings = setting(ClassSettings(), title="Classes", help="What is told apart.")
    classifier: ClassifierSettings = setting(ClassifierSettings(), title="Classifier", help="How it is told apart.")
    confounds: ConfoundSettings = setting(
        ConfoundSettings(strategy="none"), title="Confounds", help="Taken out of each voxel together with the drift."
    )
    n_permutations: int = setting(
        1000,
        title="Shuffles",
        help="Times that the labels are shuffled within their runs and everything is fitted again; p is at best 1 in this many.",
        group="Test",
        ge=0,
        le=1_000_000,
    )
    weights: bool = setting(
        True,
        title="Maps of weights",
        help="Weights of a classifier that learned from all runs, and the patterns of signal that they stand for.",
        group="Test",
        advanced=True,
    )
    searchlight: SearchlightSettings = setting(
        SearchlightSettings(), title="Searchlight", help="Where in the brain it can be told."
    )


def estimate(spec: DecodeClassesSpec, inputs: Mapping[str, list[dict[str, Any]]]) -> Estimate:
    """Time and memory from the size of the images, the classifier and the shuffles."""
    size = SizeOfData.of(inputs)
    slower = _VOLUMES_SLOWER if spec.patterns.samples == "volumes" else 1
    shuffling_s = spec.n_permutations * _S_PER_PERMUTATION[spec.classifier.kind] * slower
    n_sphere = size.values / max(size.runs, 1) / 200 if spec.searchlight.on else 0.0
    return Estimate(
        seconds=_START_S + size.read_s + size.values / _VALUES_PER_S + shuffling_s + n_sphere / _SPHERES_PER_S,
        memory_gb=size.memory_gb(copies=1.5),
        note=SERIES_NOTE,
    )
