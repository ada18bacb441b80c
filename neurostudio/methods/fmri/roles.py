"""Input roles, outputs and metrics that several methods of brain data share, so that they are worded once."""

from neurostudio.core.method import InputRole, MetricInfo, Output

BOLD = InputRole(
    "bold",
    ("fmri", "volume"),
    "4D images: a BIDS folder, single files, or the cleaned volumes of another run. Which runs: the settings under 'selection'.",
    many=True,
)
EVENTS = InputRole(
    "events",
    ("table",),
    "Events (onset, duration, trial_type), one table a run in the order of the runs, or one for all. Empty: those beside the images.",
    required=False,
    many=True,
)
CONFOUNDS = InputRole(
    "confounds",
    ("table",),
    "Confounds or motion, one table a run in the order of the runs. Empty: those beside the images.",
    required=False,
    many=True,
)
MASK = InputRole(
    "mask",
    ("fmri", "volume"),
    "Voxels to look at: a 3D image, above 0 is inside. Empty: the mask of the derivatives, or one made from the mean image.",
    required=False,
)
LABELS = InputRole(
    "labels",
    ("fmri", "volume"),
    "A label image or tissue map on the grid of the images, to order the carpet by.",
    required=False,
)
MEAN_BOLD = Output("mean-bold", "volume", "Mean over time and runs; maps are shown over it.")
RUNS = Output("runs", "table", "Each run: volumes, TR and where it comes from, kept volumes, checksum of its image.")
MASK_IMAGE = Output("mask", "volume", "The voxels that were looked at.")
VOXELS = MetricInfo("data/voxels", "Voxels in the mask", "voxels", "")
LEFT_OUT = MetricInfo("data/voxels_left_out", "Voxels of the mask left out: not a number, or constant in time", "voxels", "lower")
VOLUMES = MetricInfo("data/volumes", "Volumes of all runs", "volumes", "")
