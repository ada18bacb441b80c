"""The record of ``fmri.encode``."""

from neurostudio.core.method import InputRole, Method, MetricInfo, Output, Paper, Resources
from neurostudio.methods.fmri import roles

METHOD = Method(
    id="fmri.encode",
    title="Voxelwise encoding",
    summary="Predicts each voxel from features of the stimulus with delays and (banded) ridge, on runs that the model has not seen.",
    spec="neurostudio.methods.fmri.specs.encode:EncodeSpec",
    run="neurostudio.methods.fmri.encode:run",
    estimate="neurostudio.methods.fmri.specs.encode:estimate",
    papers=(
        Paper(
            "Naselaris, T., Kay, K. N., Nishimoto, S., Gallant, J. L.",
            "Encoding and decoding in fMRI",
            "NeuroImage 56",
            2011,
            "https://doi.org/10.1016/j.neuroimage.2010.07.073",
        ),
        Paper(
            "Huth, A. G., de Heer, W. A., Griffiths, T. L., Theunissen, F. E., Gallant, J. L.",
            "Natural speech reveals the semantic maps that tile human cerebral cortex",
            "Nature 532",
            2016,
            "https://doi.org/10.1038/nature17637",
        ),
        Paper(
            "Dupré la Tour, T., Eickenberg, M., Nunez-Elizalde, A. O., Gallant, J. L.",
            "Feature-space selection with banded ridge regression",
            "NeuroImage 264",
            2022,
            "https://doi.org/10.1016/j.neuroimage.2022.119728",
        ),
        Paper(
            "Schoppe, O., Harper, N. S., Willmore, B. D. B., King, A. J., Schnupp, J. W. H.",
            "Measuring the performance of neural models",
            "Frontiers in Computational Neuroscience 10",
            2016,
            "https://doi.org/10.3389/fncom.2016.00010",
        ),
    ),
    inputs=(
        roles.BOLD,
        InputRole(
            "features",
            ("table", "array"),
            "Features as columns: one row a volume, or rows with a column of seconds; one table a run, or with a column 'run'. "
            "Tables of other features are feature spaces of their own.",
            required=False,
            many=True,
        ),
        InputRole(
            "words",
            ("table", "corpus"),
            "Words with onset and offset in seconds (table, Praat TextGrid, Gentle), one a run.",
            required=False,
            many=True,
        ),
        InputRole(
            "language_model",
            ("language-model",),
            "A transformers folder: a layer of it gives features of the words in their context.",
            required=False,
        ),
        InputRole("images", ("images",), "Folder of the pictures that were shown.", required=False),
        InputRole(
            "presentations",
            ("table",),
            "When which picture was shown (onset, duration, file), one table a run. Empty: the events, if they name pictures.",
            required=False,
            many=True,
        ),
        InputRole(
            "vision_model",
            ("language-model",),
            "A transformers folder of a vision model for the pictures. Empty: Gabor energies.",
            required=False,
        ),
        roles.MASK,
        roles.EVENTS,
    ),
    outputs=(
        Output("r", "volume", "Correlation of predicted and measured responses in held-out runs."),
        Output("r-significant", "volume", "The same, significant voxels only.", "significance is tested"),
        Output("p", "volume", "Minus decimal logarithm of p.", "significance is tested"),
        Output("r2", "volume", "Explained variance in held-out runs."),
        Output("r2-split", "volume", "What each feature space brings to it.", "there are several feature spaces"),
        Output("noise-ceiling", "volume", "Largest correlation that any model can reach.", "a stimulus was repeated"),
        Output("explainable-variance", "volume", "What repeats of a stimulus have in common.", "a stimulus was repeated"),
        Output("best-alpha", "volume", "Chosen penalty, decimal logarithm."),
        Output("shares", "volume", "How free the weights of each feature space are.", "banded ridge"),
        Output("scores", "table", "Scores by fold."),
        Output("penalties", "table", "How often each penalty was chosen."),
        Output("response", "table", "Size of the weights by delay.", "weights are asked for"),
        Output("features", "table", "Each feature space in each run, and what it comes from."),
        Output("feature-traces", "array", "The first features of each space in the first run."),
        Output("features-on-volumes", "array", "All features, one row a volume."),
        Output("weights", "array", "Weights of the features, by delay and averaged over them.", "weights are asked for"),
        Output(
            "fitted", "volume", "Held-out predictions, 4D, in the units of the scanner.", "predictions are asked for, one run"
        ),
        Output("fitted-N", "volume", "The same for run N.", "predictions are asked for, several runs"),
        Output("folds", "table", "Which runs each fold learned from and was tested on, and a checksum of its normalisers."),
        roles.MEAN_BOLD,
        roles.MASK_IMAGE,
        roles.RUNS,
    ),
    metrics=(
        MetricInfo("test/r_mean", "Held-out correlation, mean over voxels"),
        MetricInfo("test/r_max", "Held-out correlation of the best voxel"),
        MetricInfo("test/r2_mean", "Held-out explained variance, mean over voxels"),
        MetricInfo("test/r2_max", "Held-out explained variance of the best voxel"),
        MetricInfo("test/r_mean_significant", "Held-out correlation, mean over the significant voxels"),
        MetricInfo("encode/voxels_significant", "Voxels predicted above chance", "voxels"),
        MetricInfo("encode/share_significant", "Share of the voxels that are predicted above chance"),
        MetricInfo("encode/ceiling_mean", "Largest correlation that any model can reach, mean over voxels", better=""),
        MetricInfo("encode/explainable_variance_mean", "What repeats have in common, mean over voxels", better=""),
        MetricInfo("encode/penalties_at_edge", "Predicted voxels whose penalty is at the edge of the grid", better="lower"),
        MetricInfo("encode/features", "Features of all spaces, before delays", "features", ""),
        roles.VOXELS,
        roles.LEFT_OUT,
        roles.VOLUMES,
    ),
    resources=Resources(cores=2, memory_gb=2.0),
    packages=("himalaya", "nilearn", "nibabel", "scikit-learn", "scipy"),
    extra="fmri",
    description=(
        "Features of the stimulus (from a table, from words through a layer of a language model, or from pictures) are brought to "
        "the volumes and delayed by up to 8 s, so that the haemodynamic response stays free. Ridge regression predicts each "
        "voxel; its penalty is chosen on inner folds of whole runs, and its score comes from runs that it has not seen. With "
        "several feature spaces, banded ridge gives each a penalty of its own and says what each brings.\n\n"
        "Significance comes from shifting the stimulus in time, in a circle, by at least 30 s. Where a stimulus was repeated, "
        "the noise ceiling says how well any model could do. *A voxel that is predicted is not thereby explained*: features "
        "that go together in the stimulus cannot be told apart by a correlation."
    ),
)
