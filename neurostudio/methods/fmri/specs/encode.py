"""Settings of ``fmri.encode``."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import field_validator, model_validator

from neurostudio.core.method import Estimate
from neurostudio.core.spec import Spec, setting
from neurostudio.methods.fmri.specs.selection import MaskSettings, RunSelection

CHEAP_WORD_FEATURES = ("rate", "length", "log-frequency")

_START_S = 8.0
_BASE_GB = 0.6


class TargetSettings(Spec):
    """What is done to the images, run by run, before anything is fitted."""

    high_pass_hz: float = setting(
        0.01,
        title="High-pass",
        help="Slower drift is taken out of each voxel, run by run. 0: none, for volumes that fmri.clean has cleaned.",
        unit="Hz",
        group="Images",
        ge=0,
        lt=1,
    )
    scale: Literal["zscore", "centre"] = setting(
        "zscore",
        title="Scale",
        help="Z-score each voxel within its run, or take out its mean only.",
        group="Images",
        advanced=True,
        labels={"zscore": "z-score", "centre": "Mean only"},
    )
    skip: int = setting(
        0,
        title="Left out at the start",
        help="First volumes of each run that are neither learned from nor tested; times still count from the first stored one.",
        unit="volumes",
        group="Images",
        ge=0,
        le=1000,
    )


class FeatureSettings(Spec):
    """From features in time to one row a volume."""

    resample: Literal["lanczos", "mean"] = setting(
        "lanczos",
        title="To the volumes",
        help="Lanczos: low-pass filter with 3 lobes, cut at half a sample a TR. Mean: of what falls into a TR; where nothing "
        "does, the value before stays. Pictures always count by the share of the TR that they are shown.",
        group="Features",
        labels={"lanczos": "Lanczos filter", "mean": "Mean in the TR"},
    )
    columns: list[str] = setting(
        [], title="Columns", help="Columns of the tables to use. Empty: every column of numbers.", group="Features"
    )
    time_column: str = setting(
        "",
        title="Time column",
        help="Column with seconds. Empty: one called time, time_s, t, onset or seconds; without any, a row is a volume.",
        group="Features",
        advanced=True,
    )
    begins_s: float = setting(
        0.0,
        title="Stimulus begins at",
        help="Seconds from the first stored volume to the moment that the times of features, words and pictures call 0.",
        unit="s",
        group="Features",
        ge=-3600,
        le=3600,
    )
    uncovered: Literal["refuse", "leave-out"] = setting(
        "refuse",
        title="Volumes without features",
        help="What to do where a table is shorter than its run, or a row longer: refuse, or leave these volumes and rows out.",
        group="Features",
        labels={"refuse": "Refuse", "leave-out": "Leave them out"},
    )
    scaled: bool = setting(
        True,
        title="Scaled",
        help="Divide each feature by its standard deviation in the training runs; its mean there is always taken out.",
        group="Features",
        advanced=True,
    )
    pairs: dict[str, str] = setting(
        {},
        title="Which belongs to which run",
        help="Name of an input = name of its run, or * for all. Empty: by the run number in the name, else in order.",
        group="Features",
        advanced=True,
    )


class WordSettings(Spec):
    """Features of words with times."""

    cheap: list[str] = setting(
        list(CHEAP_WORD_FEATURES),
        title="Simple features",
        help="rate: words in each TR. length: their characters. log-frequency: how rare a word is among all words given. "
        "Together they are one feature space, called 'words'.",
        group="Words",
    )
    encoding: str = setting(
        "", title="Encoding", help="Of the words' files, where it is not UTF-8.", group="Words", advanced=True
    )
    tier: str = setting("", title="Tier", help="Of a TextGrid. Empty: the first.", group="Words", advanced=True)

    @field_validator("cheap")
    @classmethod
    def _known(cls, cheap: list[str]) -> list[str]:
        unknown = [name for name in cheap if name not in CHEAP_WORD_FEATURES]
        if unknown or len(set(cheap)) < len(cheap):
            raise ValueError(f"Each of {', '.join(CHEAP_WORD_FEATURES)} at most once")
        return cheap


class LanguageSettings(Spec):
    """Features of words from a layer of a language model."""

    hub_name: str = setting(
        "",
        title="Model on the hub",
        help="Name on the Hugging Face hub, used where no input 'language_model' is given; needs a network.",
        group="Language model",
        advanced=True,
    )
    layer: int | None = setting(
        None,
        title="Layer",
        help="Hidden state after so many layers; 0: the embeddings, -1: the last. Empty: the middle one.",
        group="Language model",
    )
    context: int = setting(
        256,
        title="Context",
        help="Most tokens that the model reads at once: a word is seen with at least half of that behind it.",
        unit="tokens",
        group="Language model",
        ge=2,
        le=32768,
    )
    stride: int | None = setting(
        None,
        title="Stride",
        help="New tokens in each reading. 1: every token with the full context, slow. Empty: half the context.",
        unit="tokens",
        group="Language model",
        advanced=True,
        ge=1,
    )
    word: Literal["last", "mean"] = setting(
        "last",
        title="A word is",
        help="Its last token, or the mean of its tokens.",
        group="Language model",
        labels={"last": "Its last token", "mean": "The mean of its tokens"},
    )
    batch: int = setting(8, title="Batch", help="Readings at once.", group="Language model", advanced=True, ge=1, le=1024)


class PictureSettings(Spec):
    """Features of pictures: an energy pyramid of Gabor filters, or a layer of a vision model where one is given."""

    size: int = setting(
        64,
        title="Size",
        help="Pictures are brought to a square of this size, in grey, for the Gabor filters.",
        unit="pixels",
        group="Pictures",
        ge=16,
        le=512,
    )
    scales: int = setting(
        4, title="Scales", help="Octaves of spatial frequency, from 2 cycles a picture.", group="Pictures", ge=1, le=6
    )
    orientations: int = setting(4, title="Orientations", help="Of the Gabor filters.", group="Pictures", ge=1, le=16)
    layer: int | None = setting(
        None,
        title="Layer",
        help="Of the vision model, as for language models; mean over the picture. Empty: the middle one.",
        group="Pictures",
    )
    batch: int = setting(8, title="Batch", help="Pictures at once.", group="Pictures", advanced=True, ge=1, le=1024)


class DelaySettings(Spec):
    """The shape of the haemodynamic response is left free: each feature enters at several delays."""

    until_s: float = setting(
        8.0,
        title="Until",
        help="Every delay from one volume to this: 4 delays at a TR of 2 s.",
        unit="s",
        group="Delays",
        gt=0,
        le=40,
    )
    volumes: list[int] = setting(
        [], title="Delays", help="Instead: exactly these, in volumes.", unit="volumes", group="Delays", advanced=True
    )

    @field_validator("volumes")
    @classmethod
    def _different(cls, volumes: list[int]) -> list[int]:
        if any(delay < 0 or delay > 100 for delay in volumes) or len(set(volumes)) < len(volumes):
            raise ValueError("Different whole numbers from 0 to 100")
        return volumes


class RidgeSettings(Spec):
    """The regression."""

    kind: Literal["auto", "ridge", "kernel", "banded"] = setting(
        "auto",
        title="Model",
        help="Auto: ridge where there are at least as many volumes as delayed features, else kernel ridge (the same model, "
        "faster there); banded ridge for several feature spaces. Ridge and kernel put all spaces together.",
        group="Model",
        labels={"auto": "Automatic", "ridge": "Ridge", "kernel": "Kernel ridge", "banded": "Banded ridge"},
    )
    lowest: float = setting(0.0, title="Lowest penalty", help="Exponent of ten.", unit="log10", group="Model", ge=-12, le=20)
    highest: float = setting(7.0, title="Highest penalty", help="Exponent of ten.", unit="log10", group="Model", ge=-12, le=20)
    penalties: int = setting(
        15, title="Penalties", help="Evenly spaced between them; each voxel has its own.", group="Model", ge=1, le=200
    )
    iterations: int = setting(
        20,
        title="Shares tried",
        help="For banded ridge: random divisions of the freedom between the spaces; the first is even.",
        group="Model",
        ge=1,
        le=1000,
    )
    batch: int = setting(
        5000, title="Batch", help="Voxels at once; bounds the memory.", unit="voxels", group="Model", advanced=True, ge=1
    )

    @model_validator(mode="after")
    def _ordered(self) -> "RidgeSettings":
        if self.highest < self.lowest:
            raise ValueError("The highest penalty is not below the lowest")
        return self


class FoldSettings(Spec):
    """Nested cross-validation by run."""

    test_runs: list[str] = setting(
        [], title="Test runs", help="Names of runs to test on, once. Empty: each run in turn.", group="Folds"
    )
    inner: int = setting(
        5,
        title="Inner folds",
        help="Runs of the training set are held out in turn to choose the penalties, in at most so many parts.",
        group="Folds",
        advanced=True,
        ge=2,
        le=100,
    )
    blocks: int = setting(
        5,
        title="Stretches",
        help="Where there is only one run, it is cut into so many.",
        group="Folds",
        advanced=True,
        ge=2,
        le=50,
    )
    gap_s: float = setting(
        20.0,
        title="Gap",
        help="Left out on both sides of a tested stretch of a single run, beside the delays.",
        unit="s",
        group="Folds",
        advanced=True,
        ge=0,
        le=600,
    )


class SignificanceSettings(Spec):
    """Which voxels are predicted better than by chance."""

    shifts: int = setting(
        200,
        title="Shifts",
        help="Of the features against the images, in a circle within each run; each is fitted anew with the penalties kept. "
        "0: no test.",
        group="Significance",
        ge=0,
        le=10000,
    )
    least_s: float = setting(
        30.0, title="Least shift", help="Both ways round.", unit="s", group="Significance", advanced=True, gt=0, le=600
    )
    q: float = setting(
        0.05,
        title="False discovery rate",
        help="Expected share of false ones among the voxels shown.",
        group="Significance",
        gt=0,
        lt=1,
    )


class OutputSettings(Spec):
    """What is written beside the maps."""

    fitted: bool = setting(
        True, title="Predictions", help="The held-out predictions as 4D volumes, drawn beside the data.", group="Output"
    )
    weights: Literal["none", "best", "all"] = setting(
        "best",
        title="Weights",
        help="Of the features, by delay and averaged over the delays: none, for the best voxels, or for all.",
        group="Output",
        labels={"none": "None", "best": "Best voxels", "all": "All voxels"},
    )
    best: int = setting(
        500, title="Best voxels", help="How many voxels to write weights for.", unit="voxels", group="Output", advanced=True, ge=1
    )


class EncodeSpec(Spec):
    """Voxelwise encoding: predict each voxel from features of the stimulus."""

    selection: RunSelection = setting(RunSelection(), title="Runs", help="Which runs of the data set.")
    mask: MaskSettings = setting(MaskSettings(), title="Mask", help="Which voxels.")
    targets: TargetSettings = setting(TargetSettings(), title="Images", help="What is done to the images first.")
    features: FeatureSettings = setting(FeatureSettings(), title="Features", help="From features in time to volumes.")
    words: WordSettings = setting(WordSettings(), title="Words", help="Features of words with times.")
    language: LanguageSettings = setting(LanguageSettings(), title="Language model", help="Features of words in context.")
    pictures: PictureSettings = setting(PictureSettings(), title="Pictures", help="Features of pictures.")
    delays: DelaySettings = setting(DelaySettings(), title="Delays", help="The haemodynamic response.")
    model: RidgeSettings = setting(RidgeSettings(), title="Model", help="The regression.")
    folds: FoldSettings = setting(FoldSettings(), title="Folds", help="Nested cross-validation by run.")
    significance: SignificanceSettings = setting(
        SignificanceSettings(), title="Significance", help="Which voxels are predicted better than by chance."
    )
    output: OutputSettings = setting(OutputSettings(), title="Output", help="What is written beside the maps.")


def estimate(spec: EncodeSpec, inputs: Mapping[str, list[dict[str, Any]]]) -> Estimate:
    """A rough guess from the size of the images: most of the time goes into the shifts."""
    size_gb = sum(float(facts.get("raw_bytes", facts.get("size_bytes", 0)) or 0) for facts in inputs.get("bold", ())) / 1e9
    fits = 1 + spec.significance.shifts / 20
    return Estimate(
        seconds=_START_S + 40 * size_gb * fits,
        memory_gb=_BASE_GB + 4 * size_gb,
        note="From the size of the images; the number of voxels in the mask and of features decides.",
    )
