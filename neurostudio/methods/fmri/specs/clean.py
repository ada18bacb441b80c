"""Settings of ``fmri.clean``, and what a run of it needs."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import model_validator

from neurostudio.core.method import Estimate
from neurostudio.core.spec import Spec, setting
from neurostudio.methods.fmri.specs.carpet import CarpetSettings
from neurostudio.methods.fmri.specs.selection import MaskSettings, RunSelection
from neurostudio.methods.fmri.specs.size import SERIES_NOTE, SizeOfData

_START_S = 4.0
_COSINE_VALUES_PER_S = 1.0e7  # voxels of the mask times volumes, one laptop core
_BUTTERWORTH_VALUES_PER_S = 3.5e5
_SMOOTH_VALUES_PER_S = 1.5e7

Strategy = Literal["auto", "none", "motion6", "motion24", "simple", "scrubbing", "compcor", "ica_aroma", "columns"]


class ConfoundSettings(Spec):
    """Which nuisance regressors are projected out."""

    strategy: Strategy = setting(
        "auto",
        title="Confounds",
        help="Motion 6: the parameters. Motion 24: with their derivatives and the squares of both. Simple: motion 24, white matter "
        "and fluid. Scrubbing: simple, and volumes with motion are cut. CompCor: motion 24 and components of noise regions. "
        "ICA-AROMA: its motion components, white matter and fluid. Auto: simple, motion 24 or none, as far as the table goes.",
        group="Confounds",
        labels={
            "auto": "As far as the table goes",
            "none": "None",
            "motion6": "Motion, 6",
            "motion24": "Motion, 24",
            "simple": "Simple",
            "scrubbing": "Scrubbing",
            "compcor": "CompCor",
            "ica_aroma": "ICA-AROMA",
            "columns": "Columns by name",
        },
    )
    columns: list[str] = setting(
        [], title="Columns", help="For 'columns': names of the table's columns; a * stands for any letters.", group="Confounds"
    )
    global_signal: bool = setting(
        False, title="Global signal", help="Take the column global_signal too.", group="Confounds", advanced=True
    )
    compcor_components: int | None = setting(
        None,
        title="CompCor components",
        help="How many components. Empty: those that fMRIPrep kept (half of the variance), or 6 of a plain table.",
        group="Confounds",
        advanced=True,
        ge=1,
        le=200,
    )


class FilterSettings(Spec):
    """Which frequencies stay."""

    detrend: bool = setting(True, title="Remove the line", help="Take mean and linear trend away.", group="Filter")
    high_pass_hz: float | None = setting(
        0.008,
        title="High-pass",
        help="Slower changes are taken away by cosine regressors, in the same projection as the confounds. Empty: none.",
        unit="Hz",
        group="Filter",
        gt=0,
        lt=10,
    )
    low_pass_hz: float | None = setting(
        None,
        title="Low-pass",
        help="Faster changes are taken away too, by a Butterworth filter in place of the cosines: some thirty times slower, and it "
        "leaves fewer degrees of freedom. Empty: none.",
        unit="Hz",
        group="Filter",
        advanced=True,
        gt=0,
        lt=10,
    )

    @model_validator(mode="after")
    def _band_is_open(self) -> "FilterSettings":
        if self.high_pass_hz is not None and self.low_pass_hz is not None and self.high_pass_hz >= self.low_pass_hz:
            raise ValueError("filter.high_pass_hz must be below filter.low_pass_hz")
        return self


class CensorSettings(Spec):
    """Which volumes are cut out. The strategy 'scrubbing' puts 0.5 mm and 1.5 where these are empty."""

    drop_first: int = setting(
        0,
        title="First volumes",
        help="Volumes at the beginning to cut, before the signal is steady. Those that fMRIPrep marks are cut in any case.",
        unit="volumes",
        group="Censoring",
        ge=0,
        le=1000,
    )
    fd_mm: float | None = setting(
        None,
        title="Framewise displacement",
        help="Cut volumes above it. Empty: none are cut for motion.",
        unit="mm",
        group="Censoring",
        gt=0,
        le=100,
    )
    dvars_std: float | None = setting(
        None,
        title="Standardised DVARS",
        help="Cut volumes above it. Empty: none are cut for it.",
        group="Censoring",
        gt=0,
        le=100,
    )
    least_segment: int = setting(
        5,
        title="Shortest piece",
        help="Pieces between cut volumes with fewer volumes than this are cut too; only where something is cut.",
        unit="volumes",
        group="Censoring",
        advanced=True,
        ge=0,
        le=100,
    )


class CleanSpec(Spec):
    """Cleaning: nuisance, drift and volumes with motion out of the signal."""

    selection: RunSelection = setting(RunSelection(), title="Runs", help="Which runs of the data.")
    mask: MaskSettings = setting(MaskSettings(), title="Mask", help="Which voxels.")
    confounds: ConfoundSettings = setting(ConfoundSettings(), title="Confounds", help="Which regressors are projected out.")
    filter: FilterSettings = setting(FilterSettings(), title="Filter", help="Which frequencies stay.")
    censoring: CensorSettings = setting(CensorSettings(), title="Censoring", help="Which volumes are cut out.")
    smoothing_mm: float | None = setting(
        None,
        title="Smoothing",
        help="Full width at half maximum of a Gaussian, before all else. Empty: none.",
        unit="mm",
        group="Output",
        gt=0,
        le=50,
    )
    standardise: Literal["none", "z", "psc"] = setting(
        "z",
        title="Standardise",
        help="Z: mean 0 and standard deviation 1 of each voxel in each run. PSC: per cent of the voxel's mean. After the cutting.",
        group="Output",
        labels={"none": "No", "z": "Z score", "psc": "Per cent signal change"},
    )
    carpet: CarpetSettings = setting(CarpetSettings(), title="Carpet", help="The picture of all voxels over time.")


def estimate(spec: CleanSpec, inputs: Mapping[str, list[dict[str, Any]]]) -> Estimate:
    """Time and memory from the size of the images, the filter and the smoothing."""
    size = SizeOfData.of(inputs)
    rate = _COSINE_VALUES_PER_S if spec.filter.low_pass_hz is None else _BUTTERWORTH_VALUES_PER_S
    smoothing_s = size.raw_bytes / 2 / _SMOOTH_VALUES_PER_S if spec.smoothing_mm else 0.0
    return Estimate(
        seconds=_START_S + size.read_s + size.values / rate + smoothing_s, memory_gb=size.memory_gb(copies=1.3), note=SERIES_NOTE
    )
