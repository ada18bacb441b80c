"""The record of ``fmri.clean``."""

from neurostudio.core.method import Method, MetricInfo, Output, Paper, Resources
from neurostudio.methods.fmri import roles

METHOD = Method(
    id="fmri.clean",
    title="Cleaning of brain data",
    summary="Takes motion, noise regressors and drift out of 4D runs in one projection, and cuts volumes that cannot be saved.",
    spec="neurostudio.methods.fmri.specs.clean:CleanSpec",
    run="neurostudio.methods.fmri.clean:run",
    estimate="neurostudio.methods.fmri.specs.clean:estimate",
    papers=(
        Paper(
            "Lindquist, M. A., Geuter, S., Wager, T. D., Caffo, B. S.",
            "Modular preprocessing pipelines can reintroduce artifacts into fMRI data",
            "Human Brain Mapping 40",
            2019,
            "https://doi.org/10.1002/hbm.24528",
        ),
        Paper(
            "Ciric, R., Wolf, D. H., Power, J. D., et al.",
            "Benchmarking of participant-level confound regression strategies for the control of motion artifact",
            "NeuroImage 154",
            2017,
            "https://doi.org/10.1016/j.neuroimage.2017.03.020",
        ),
        Paper(
            "Wang, H.-T., Meisler, S. L., Sharmarke, H., et al.",
            "Continuous evaluation of denoising strategies in resting-state fMRI connectivity using fMRIPrep and Nilearn",
            "PLOS Computational Biology 20",
            2024,
            "https://doi.org/10.1371/journal.pcbi.1011942",
        ),
    ),
    inputs=(roles.BOLD, roles.EVENTS, roles.CONFOUNDS, roles.MASK, roles.LABELS),
    outputs=(
        Output("cleaned-N", "volume", "Run N, cleaned: the kept volumes, 0 outside the mask."),
        Output("volumes-N", "table", "Each volume of run N: kept or cut and why, FD, DVARS before and after."),
        Output("events-N", "table", "Events of run N on the time line of the kept volumes.", "events are given"),
        Output("carpet-before-N", "array", "Run N before: every row a voxel, with FD, DVARS and global signal."),
        Output("carpet-after-N", "array", "The same voxels after; cut volumes are empty."),
        Output("regressors-N", "table", "What was projected out of run N, every volume."),
        Output("cleaning", "table", "One row a run: kept volumes, regressors, degrees of freedom, motion before and after."),
        roles.MEAN_BOLD,
        roles.MASK_IMAGE,
        roles.RUNS,
    ),
    metrics=(
        MetricInfo("clean/kept_share", "Share of volumes kept, all runs"),
        MetricInfo("clean/kept_volumes", "Volumes kept, all runs", "volumes"),
        MetricInfo("clean/dof_left", "Degrees of freedom left in the run that has the fewest"),
        MetricInfo("clean/regressors", "Regressors projected out, mean over runs", "", ""),
        MetricInfo(
            "clean/variance_removed", "Share of the variance of the kept volumes that the projection took, mean of voxels", "", ""
        ),
        MetricInfo(
            "clean/fd_correlation_before", "Mean over voxels of |r| with framewise displacement, before, all volumes", "", "lower"
        ),
        MetricInfo("clean/fd_correlation_after", "The same after, kept volumes", "", "lower"),
        MetricInfo(
            "clean/dvars_fd_correlation_before",
            "Correlation of DVARS with framewise displacement, before, all volumes",
            "",
            "lower",
        ),
        MetricInfo("clean/dvars_fd_correlation_after", "The same after, kept volumes", "", "lower"),
        MetricInfo("clean/voxels_constant", "Voxels left out since nothing was left of them", "voxels", "lower"),
        MetricInfo("clean/events_lost", "Events that lay wholly in cut volumes", "events", "lower"),
        roles.VOLUMES,
        roles.VOXELS,
        roles.LEFT_OUT,
    ),
    resources=Resources(cores=1, memory_gb=1.5),
    packages=("numpy", "nibabel", "nilearn", "scipy", "pandas"),
    extra="fmri",
    description=(
        "Confounds, drift and filter are removed in **one** projection, since filtering and regressing one after the other brings "
        "back what was taken out. High-pass is by cosines; a Butterworth filter is used only where a low-pass is asked for.\n\n"
        "The strategies are fMRIPrep's as nilearn reads them where the folder is one of its derivatives, and the same columns of a "
        "plain table elsewhere. Cut volumes take no part in the fit, the standardising comes after the cutting, and the events are "
        "cut with the volumes."
    ),
)
