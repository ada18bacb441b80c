"""The record of ``fmri.glm``."""

from neurostudio.core.method import InputRole, Method, MetricInfo, Output, Paper, Resources
from neurostudio.methods.fmri import roles

ATLAS = InputRole(
    "atlas",
    ("fmri", "volume"),
    "A label image in the space of the images, to name the places of peaks; names from the table or list beside it.",
    required=False,
)

METHOD = Method(
    id="fmri.glm",
    title="General linear model of brain data",
    summary="Fits what events predict to each voxel, and maps contrasts between conditions with corrected thresholds.",
    spec="neurostudio.methods.fmri.specs.glm:GlmSpec",
    run="neurostudio.methods.fmri.glm:run",
    estimate="neurostudio.methods.fmri.specs.glm:estimate",
    papers=(
        Paper(
            "Friston, K. J., Holmes, A. P., Worsley, K. J., Poline, J.-P., Frith, C. D., Frackowiak, R. S. J.",
            "Statistical parametric maps in functional imaging: a general linear approach",
            "Human Brain Mapping 2",
            1994,
            "https://doi.org/10.1002/hbm.460020402",
        ),
        Paper(
            "Genovese, C. R., Lazar, N. A., Nichols, T.",
            "Thresholding of statistical maps in functional neuroimaging using the false discovery rate",
            "NeuroImage 15",
            2002,
            "https://doi.org/10.1006/nimg.2001.1037",
        ),
        Paper(
            "Dale, A. M.",
            "Optimal experimental design for event-related fMRI",
            "Human Brain Mapping 8",
            1999,
            "https://doi.org/10.1002/(SICI)1097-0193(1999)8:2/3<109::AID-HBM7>3.0.CO;2-W",
        ),
    ),
    inputs=(roles.BOLD, roles.EVENTS, roles.CONFOUNDS, roles.MASK, ATLAS),
    outputs=(
        Output("contrasts", "table", "Each contrast: test, threshold, voxels and clusters above it, and its peak."),
        Output("thresholded-N", "volume", "z of contrast N where it reaches the threshold, 0 elsewhere."),
        Output(
            "clusters-N", "table", "The clusters of contrast N: size, peak and centre in mm, and the peak's place in the atlas."
        ),
        Output("z-N", "volume", "z of contrast N.", "maps names z"),
        Output("stat-N", "volume", "t of contrast N, or F where it has several rows (FIR).", "maps names stat"),
        Output("effect-N", "volume", "Size of the effect of contrast N.", "maps names effect"),
        Output("variance-N", "volume", "Variance of that effect.", "maps names variance"),
        Output("response-N", "table", "Response of each condition at the peak of contrast N, by FIR.", "responses are estimated"),
        Output("response-volumes-N", "volume", "The same in every voxel, one volume a delay, for condition N.", "they are small"),
        Output("r2", "volume", "Share of the variance that the whole model explains."),
        Output("r2-task", "volume", "Of what drift and confounds leave, the share that the events explain."),
        Output(
            "fitted-N", "volume", "What the model says each voxel of run N did, 4D, in the units of the images.", "it is small"
        ),
        Output("autocorrelation", "table", "Autocorrelation of the residuals, before and after whitening."),
        Output("design-N", "array", "Design matrix of run N."),
        Output("regressors-N", "table", "The same in numbers, one row a volume."),
        roles.MEAN_BOLD,
        roles.MASK_IMAGE,
        roles.RUNS,
    ),
    metrics=(
        MetricInfo("glm/peak_z", "Largest z of all contrasts, without its sign", "z", ""),
        MetricInfo("glm/contrasts", "Contrasts", "", ""),
        MetricInfo("glm/contrasts_with_voxels", "Contrasts with voxels above the threshold", "", ""),
        MetricInfo("glm/conditions", "Conditions that were modelled", "", ""),
        MetricInfo("glm/dof", "Degrees of freedom of the noise, all runs"),
        MetricInfo("glm/r2_median", "Share of variance that the whole model explains, median over voxels"),
        MetricInfo("glm/r2_task_median", "Share of what drift and confounds leave that events explain, median over voxels"),
        MetricInfo("glm/r2_task_max", "The same in the best voxel"),
        MetricInfo("glm/residual_ar1", "Autocorrelation of the residuals at lag 1, mean over voxels and runs", "", ""),
        MetricInfo("glm/whitened_ar1", "The same after whitening", "", ""),
        roles.VOLUMES,
        roles.VOXELS,
        roles.LEFT_OUT,
    ),
    resources=Resources(cores=1, memory_gb=1.5),
    packages=("numpy", "nibabel", "nilearn", "scipy", "pandas", "scikit-learn"),
    extra="fmri",
    description=(
        "Events become regressors through a model of the response; drift, confounds and a constant stand beside them. The fit and "
        "the tests are nilearn's: AR(1) noise or ordinary least squares in each run, fixed effects over runs. Before anything is "
        "fitted the design is checked: regressors that cannot be told apart are refused by name.\n\n"
        "Each contrast gives maps of z and t, a thresholded map (FDR, Bonferroni, uncorrected or a fixed height, with a least "
        "cluster), a table of clusters, and the **response at its peak** estimated without a model of its shape, so that a "
        "wrong model shows. *The peak was chosen for its effect*: its response is larger than the next data set will show."
    ),
)
