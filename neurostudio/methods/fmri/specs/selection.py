"""Settings that every method of brain data shares: which runs, and which voxels."""

from typing import Literal

from neurostudio.core.spec import Spec, setting

_GROUP = "Runs"


class RunSelection(Spec):
    """Which runs of the data set; everything empty: all of them."""

    subject: str = setting("", title="Subject", help="Label after sub-, such as 01. Empty: all.", group=_GROUP)
    session: str = setting("", title="Session", help="Label after ses-. Empty: all.", group=_GROUP)
    task: str = setting("", title="Task", help="Label after task-. Empty: all.", group=_GROUP)
    run: str = setting("", title="Run", help="Label after run-. Empty: all.", group=_GROUP)
    space: str = setting(
        "", title="Space", help="Label after space-, where a folder holds several. Empty: all.", group=_GROUP, advanced=True
    )
    files: str = setting(
        "", title="Files", help="Pattern of file names for folders that are no BIDS, such as bold_25mm.nii.gz.", group=_GROUP
    )
    tr_s: float | None = setting(
        None,
        title="TR",
        help="Seconds between volumes. Empty: as the sidecar or the header says. Needed where they say nothing, or disagree.",
        unit="s",
        group=_GROUP,
        gt=0,
        le=100,
    )


class MaskSettings(Spec):
    """Which voxels, where no mask is given as an input."""

    how: Literal["auto", "epi", "mean", "all"] = setting(
        "auto",
        title="Mask",
        help="Auto: the masks of the derivatives, else made from the mean image. EPI: nilearn's threshold in the histogram. "
        "Mean: voxels brighter than a share of the brightest. All: every voxel that changes in time.",
        group="Mask",
        labels={"auto": "Automatic", "epi": "EPI histogram", "mean": "Share of the brightest", "all": "All that change"},
    )
    share: float = setting(
        0.2,
        title="Share of the brightest",
        help="For 'mean': least brightness of a voxel, as a share of the brightest one of the mean image.",
        group="Mask",
        advanced=True,
        gt=0,
        lt=1,
    )
