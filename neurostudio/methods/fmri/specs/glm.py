"""Settings of ``fmri.glm``, and what a run of it needs."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import field_validator, model_validator

from neurostudio.core.method import Estimate
from neurostudio.core.spec import Spec, setting
from neurostudio.methods.fmri.specs.clean import ConfoundSettings
from neurostudio.methods.fmri.specs.selection import MaskSettings, RunSelection
from neurostudio.methods.fmri.specs.size import SERIES_NOTE, SizeOfData

MAPS = ("z", "stat", "effect", "variance")

_START_S = 6.0
_OLS_VALUES_PER_S = 4.0e6  # voxels of the mask times volumes, one laptop core
_AR1_VALUES_PER_S = 1.5e6
_SMOOTH_VALUES_PER_S = 1.5e7

HrfModel = Literal[
    "spm",
    "spm + derivative",
    "spm + derivative + dispersion",
    "glover",
    "glover + derivative",
    "glover + derivative + dispersion",
    "fir",
]
KeepLarge = Literal["auto", "yes", "no"]


class DesignSettings(Spec):
    """From events to regressors."""

    hrf: HrfModel = setting(
        "spm",
        title="Response model",
        help="What one event does to the signal. The derivatives take up a shift in time and another width; contrasts stay on the "
        "response itself. FIR: one regressor for each delay, no shape assumed; contrasts become F tests over the delays.",
        group="Design",
        labels={
            "spm": "SPM",
            "spm + derivative": "SPM and time derivative",
            "spm + derivative + dispersion": "SPM, time and dispersion derivative",
            "glover": "Glover",
            "glover + derivative": "Glover and time derivative",
            "glover + derivative + dispersion": "Glover, time and dispersion derivative",
            "fir": "FIR",
        },
    )
    conditions: list[str] = setting(
        [], title="Conditions", help="Types of events to model. Empty: all. Events of other types count as rest.", group="Design"
    )
    fir_until_s: float = setting(
        20.0,
        title="FIR until",
        help="For FIR: delays from 0 to this long after the onset, one a volume.",
        unit="s",
        group="Design",
        advanced=True,
        gt=0,
        le=120,
    )
    drift: Literal["cosine", "polynomial", "none"] = setting(
        "cosine",
        title="Drift",
        help="Slow changes that are no response. None: for volumes that are cleaned already.",
        group="Drift",
        labels={"cosine": "Cosines (high-pass)", "polynomial": "Polynomial", "none": "None"},
    )
    high_pass_hz: float = setting(
        0.01,
        title="High-pass",
        help="For cosines: slower changes are drift. Keep it below the frequency at which the conditions come back.",
        unit="Hz",
        group="Drift",
        gt=0,
        lt=1,
    )
    drift_order: int = setting(
        2, title="Degree", help="For the polynomial: its degree.", group="Drift", advanced=True, ge=0, le=10
    )
    slice_time_ref: float = setting(
        0.0,
        title="Slice time reference",
        help="When within its TR a volume was taken, as a share: 0 its beginning, 0.5 its middle (what fMRIPrep corrects to).",
        group="Design",
        advanced=True,
        ge=0,
        le=1,
    )


class ThresholdSettings(Spec):
    """From a map to what is called active."""

    control: Literal["fdr", "bonferroni", "uncorrected", "z"] = setting(
        "fdr",
        title="Correction",
        help="FDR: share of false voxels among those shown (Benjamini-Hochberg). Bonferroni: any false voxel at all. Uncorrected: "
        "each voxel on its own. z: a fixed height.",
        group="Threshold",
        labels={"fdr": "FDR", "bonferroni": "Bonferroni (family-wise)", "uncorrected": "Uncorrected", "z": "Fixed z"},
    )
    alpha: float = setting(
        0.05,
        title="Level",
        help="Level of the correction; 0.001 is usual where nothing is corrected.",
        group="Threshold",
        gt=0,
        lt=1,
    )
    z: float = setting(
        3.1, title="Height", help="For the fixed height.", unit="z", group="Threshold", advanced=True, gt=0, le=100
    )
    cluster_voxels: int = setting(
        0,
        title="Least cluster",
        help="Clusters with fewer voxels are left out; voxels belong together where their faces touch.",
        unit="voxels",
        group="Threshold",
        ge=0,
    )
    two_sided: bool = setting(
        True,
        title="Both signs",
        help="Show negative effects too; the level is shared between both sides. F tests have one side only.",
        group="Threshold",
        advanced=True,
    )


class ResponseSettings(Spec):
    """The response as it is in the data, without a model of its shape (FIR)."""

    estimate: bool = setting(
        True,
        title="Estimate responses",
        help="Fit the signal at each delay after the onset, all runs together, and draw it at the peak of each contrast.",
        group="Response",
    )
    until_s: float = setting(24.0, title="Until", help="Longest delay after the onset.", unit="s", group="Response", gt=0, le=120)
    to: Literal["onset", "stimulus"] = setting(
        "onset",
        title="Response to",
        help="Onset: what follows the onset, the whole duration in one. Stimulus: durations are undone, which gives the response "
        "to a moment of stimulation (the HRF); long blocks make it noisy.",
        group="Response",
        advanced=True,
        labels={"onset": "The event from its onset", "stimulus": "A moment of stimulation"},
    )
    volumes: KeepLarge = setting(
        "auto",
        title="Keep for every voxel",
        help="Write one 4D volume a condition, so that the response of any voxel can be looked at. Auto: up to 200 MB.",
        group="Response",
        advanced=True,
    )


class GlmSpec(Spec):
    """A general linear model of each voxel, and maps of contrasts between conditions."""

    selection: RunSelection = setting(RunSelection(), title="Runs", help="Which runs of the data; several are taken together.")
    mask: MaskSettings = setting(MaskSettings(), title="Mask", help="Which voxels.")
    design: DesignSettings = setting(DesignSettings(), title="Design", help="From events to regressors.")
    confounds: ConfoundSettings = setting(
        ConfoundSettings(), title="Confounds", help="Nuisance regressors beside the events, where the runs have confounds."
    )
    contrasts: dict[str, str] = setting(
        {},
        title="Contrasts",
        help="Name and expression, such as faces: face - house, or animals: (cat + dog) / 2 - 0.5 * (shoe + chair). Empty: each "
        "condition against rest, the mean of all, and each difference of two where there are six or fewer.",
        group="Contrasts",
    )
    noise: Literal["ar1", "ols"] = setting(
        "ar1",
        title="Noise",
        help="AR(1): each volume's noise resembles that of the one before, as it does in fMRI. OLS: as if it did not.",
        group="Model",
        labels={"ar1": "AR(1)", "ols": "Independent (OLS)"},
    )
    scale: Literal["auto", "percent", "none"] = setting(
        "auto",
        title="Units",
        help="Per cent of each voxel's mean, or as recorded. Auto: per cent, unless the means are no brightness (cleaned volumes).",
        group="Model",
        advanced=True,
        labels={"auto": "Automatic", "percent": "% signal change", "none": "As recorded"},
    )
    smoothing_mm: float | None = setting(
        None,
        title="Smoothing",
        help="Full width at half maximum of a Gaussian, before the fit. Empty: none.",
        unit="mm",
        group="Model",
        gt=0,
        le=50,
    )
    maps: list[str] = setting(
        ["z", "stat", "effect"],
        title="Maps",
        help="What is written for each contrast: z, stat (t or F), effect, variance. The thresholded z map comes always.",
        group="Contrasts",
    )
    threshold: ThresholdSettings = setting(ThresholdSettings(), title="Threshold", help="What is called active.")
    response: ResponseSettings = setting(ResponseSettings(), title="Response", help="The response without a model (FIR).")
    fitted: KeepLarge = setting(
        "auto",
        title="Fitted series",
        help="Write what the model says each voxel did, to be seen beside the signal. Auto: up to 200 MB.",
        group="Model",
        advanced=True,
    )

    @field_validator("maps")
    @classmethod
    def _maps_are_known(cls, maps: list[str]) -> list[str]:
        unknown = [name for name in maps if name not in MAPS]
        if unknown:
            raise ValueError(f"There is no map '{unknown[0]}'; choose from {', '.join(MAPS)}")
        return list(dict.fromkeys(maps))

    @model_validator(mode="after")
    def _contrasts_say_something(self) -> "GlmSpec":
        for name, expression in self.contrasts.items():
            if not name.strip() or not expression.strip():
                raise ValueError("Each contrast needs a name and an expression, such as faces: face - house")
        return self


def estimate(spec: GlmSpec, inputs: Mapping[str, list[dict[str, Any]]]) -> Estimate:
    """Time and memory from the size of the images, the noise model and the smoothing."""
    size = SizeOfData.of(inputs)
    rate = _AR1_VALUES_PER_S if spec.noise == "ar1" else _OLS_VALUES_PER_S
    smoothing_s = size.raw_bytes / 2 / _SMOOTH_VALUES_PER_S if spec.smoothing_mm else 0.0
    return Estimate(
        seconds=_START_S + size.read_s + size.values / rate + smoothing_s, memory_gb=size.memory_gb(copies=1.5), note=SERIES_NOTE
    )
