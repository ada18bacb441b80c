"""Settings of the carpet: every voxel a row, time from left to right."""

from typing import Literal

from neurostudio.core.spec import Spec, setting


class CarpetSettings(Spec):
    """Which rows, in which order."""

    order: Literal["auto", "labels", "correlation", "depth", "none"] = setting(
        "auto",
        title="Carpet order",
        help="Labels: by the label image or tissue map in the input 'labels'. Correlation: with framewise displacement, or with the "
        "global signal where there is no motion. Depth: from the rim of the mask inwards. Auto: labels where given, else correlation.",
        group="Carpet",
        labels={"auto": "Automatic", "labels": "Labels", "correlation": "Correlation", "depth": "Depth", "none": "As stored"},
    )
    rows: int = setting(
        2000,
        title="Carpet rows",
        help="Most rows; of more voxels, evenly spaced ones of the order are shown, each row being one voxel.",
        unit="voxels",
        group="Carpet",
        advanced=True,
        ge=10,
        le=20000,
    )
