"""Settings of ``fmri.quality``, and what a run of it needs."""

from collections.abc import Mapping
from typing import Any

from neurostudio.core.method import Estimate
from neurostudio.core.spec import Spec, setting
from neurostudio.methods.fmri.specs.carpet import CarpetSettings
from neurostudio.methods.fmri.specs.selection import MaskSettings, RunSelection
from neurostudio.methods.fmri.specs.size import SERIES_NOTE, SizeOfData

_START_S = 2.0
_VALUES_PER_S = 2.5e7  # voxels of the mask times volumes, one laptop core
_TREND_VALUES_PER_S = 5e8  # the same, for each degree of the trend


class OutlierSettings(Spec):
    """From where on a volume counts as an outlier."""

    fd_mm: float = setting(
        0.5,
        title="Framewise displacement",
        help="Volumes that the head moved into by more than this are outliers.",
        unit="mm",
        group="Outliers",
        gt=0,
        le=100,
    )
    dvars_std: float = setting(
        1.5,
        title="Standardised DVARS",
        help="Volumes that differ from the one before by more than this are outliers; 1 is what noise alone would give.",
        group="Outliers",
        gt=0,
        le=100,
    )


class QualitySpec(Spec):
    """Quality of runs: signal to noise, motion, sudden changes."""

    selection: RunSelection = setting(RunSelection(), title="Runs", help="Which runs of the data.")
    mask: MaskSettings = setting(MaskSettings(), title="Mask", help="Which voxels.")
    outliers: OutlierSettings = setting(OutlierSettings(), title="Outliers", help="From where on a volume is an outlier.")
    carpet: CarpetSettings = setting(CarpetSettings(), title="Carpet", help="The picture of all voxels over time.")
    tsnr_order: int = setting(
        2,
        title="Trend removed for tSNR",
        help="Degree of the polynomial that is taken away before the standard deviation; 0 takes only the mean away.",
        group="tSNR",
        advanced=True,
        ge=0,
        le=10,
    )


def estimate(spec: QualitySpec, inputs: Mapping[str, list[dict[str, Any]]]) -> Estimate:
    """Time and memory from the size of the images."""
    size = SizeOfData.of(inputs)
    work_s = size.values * (1 / _VALUES_PER_S + spec.tsnr_order / _TREND_VALUES_PER_S)
    return Estimate(seconds=_START_S + size.read_s + work_s, memory_gb=size.memory_gb(copies=1), note=SERIES_NOTE)
