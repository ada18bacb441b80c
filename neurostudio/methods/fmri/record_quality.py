"""The record of ``fmri.quality``."""

from neurostudio.core.method import Method, MetricInfo, Output, Paper, Resources
from neurostudio.methods.fmri import roles

METHOD = Method(
    id="fmri.quality",
    title="Quality of brain data",
    summary="Signal to noise of each voxel, motion, sudden changes and outlier volumes of 4D runs.",
    spec="neurostudio.methods.fmri.specs.quality:QualitySpec",
    run="neurostudio.methods.fmri.quality:run",
    estimate="neurostudio.methods.fmri.specs.quality:estimate",
    papers=(
        Paper(
            "Power, J. D., Barnes, K. A., Snyder, A. Z., Schlaggar, B. L., Petersen, S. E.",
            "Spurious but systematic correlations in functional connectivity MRI networks arise from subject motion",
            "NeuroImage 59",
            2012,
            "https://doi.org/10.1016/j.neuroimage.2011.10.018",
        ),
        Paper(
            "Power, J. D.",
            "A simple but useful way to assess fMRI scan qualities",
            "NeuroImage 154",
            2017,
            "https://doi.org/10.1016/j.neuroimage.2016.08.009",
        ),
    ),
    inputs=(roles.BOLD, roles.CONFOUNDS, roles.MASK, roles.LABELS),
    outputs=(
        Output(
            "tsnr-N", "volume", "Temporal signal to noise of run N: mean over standard deviation, after a slow trend is removed."
        ),
        Output("carpet-N", "array", "Run N, every row a voxel: values, voxel and mm of each row, FD, DVARS and global signal."),
        Output("volumes-N", "table", "Each volume of run N: FD, DVARS, global signal, and whether it is an outlier."),
        Output("motion-N", "table", "Translations and rotations of run N.", "motion parameters are given"),
        Output("outliers", "table", "Every outlier volume of every run, and why."),
        Output("quality", "table", "One row a run: tSNR, FD, DVARS, outliers."),
        roles.MEAN_BOLD,
        roles.MASK_IMAGE,
        roles.RUNS,
    ),
    metrics=(
        MetricInfo("quality/tsnr_median", "Median over voxels of the temporal signal to noise, mean over runs"),
        MetricInfo(
            "quality/fd_mean_mm", "Mean framewise displacement of all runs; none without motion parameters", "mm", "lower"
        ),
        MetricInfo("quality/fd_above_share", "Share of volumes with a framewise displacement above the limit", "", "lower"),
        MetricInfo("quality/dvars_mean", "Mean DVARS of all runs, in units of the signal", "", "lower"),
        MetricInfo("quality/dvars_std_mean", "Mean standardised DVARS of all runs; noise alone gives 1", "", "lower"),
        MetricInfo("quality/outlier_volumes", "Volumes above a limit of FD or DVARS, all runs", "volumes", "lower"),
        MetricInfo("quality/global_signal_cv", "Standard deviation over mean of the global signal, mean over runs", "", "lower"),
        roles.VOLUMES,
        roles.VOXELS,
        roles.LEFT_OUT,
    ),
    resources=Resources(cores=1, memory_gb=1.0),
    packages=("numpy", "nibabel", "nilearn", "scipy"),
    extra="fmri",
    description=(
        "What a run is worth before it is modelled. The **temporal signal to noise** map shows where the signal is steady. **FD** "
        "(framewise displacement, from the motion parameters) and **DVARS** (the change of the whole image from one volume to the "
        "next) show when the head moved; the **carpet** shows every voxel over time, so that bands across all rows stand out.\n\n"
        "Nothing is estimated that is not in the data: without motion parameters there is no FD, and the log says so."
    ),
)
