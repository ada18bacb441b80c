"""The record of ``fmri.decode_classes``."""

from neurostudio.core.method import Method, MetricInfo, Output, Paper, Resources
from neurostudio.methods.fmri import roles

METHOD = Method(
    id="fmri.decode_classes",
    title="Decoding of conditions",
    summary="Tells conditions apart from patterns of voxels in runs that were left out, tested against shuffled labels.",
    spec="neurostudio.methods.fmri.specs.decode_classes:DecodeClassesSpec",
    run="neurostudio.methods.fmri.decode_classes:run",
    estimate="neurostudio.methods.fmri.specs.decode_classes:estimate",
    papers=(
        Paper(
            "Haxby, J. V., Gobbini, M. I., Furey, M. L., Ishai, A., Schouten, J. L., Pietrini, P.",
            "Distributed and overlapping representations of faces and objects in ventral temporal cortex",
            "Science 293",
            2001,
            "https://doi.org/10.1126/science.1063736",
        ),
        Paper(
            "Haufe, S., Meinecke, F., Görgen, K., Dähne, S., Haynes, J.-D., Blankertz, B., Bießmann, F.",
            "On the interpretation of weight vectors of linear models in multivariate neuroimaging",
            "NeuroImage 87",
            2014,
            "https://doi.org/10.1016/j.neuroimage.2013.10.067",
        ),
        Paper(
            "Kriegeskorte, N., Goebel, R., Bandettini, P.",
            "Information-based functional brain mapping",
            "Proceedings of the National Academy of Sciences 103",
            2006,
            "https://doi.org/10.1073/pnas.0600244103",
        ),
        Paper(
            "Mumford, J. A., Turner, B. O., Ashby, F. G., Poldrack, R. A.",
            "Deconvolving BOLD activation in event-related designs for multivoxel pattern classification analyses",
            "NeuroImage 59",
            2012,
            "https://doi.org/10.1016/j.neuroimage.2011.08.076",
        ),
    ),
    inputs=(roles.BOLD, roles.EVENTS, roles.CONFOUNDS, roles.MASK),
    outputs=(
        Output("confusion", "table", "Samples by true and predicted class."),
        Output("null", "table", "Accuracy under each shuffle of the labels.", "shuffles are asked for"),
        Output("folds", "table", "Accuracy of each run that was left out."),
        Output("classes", "table", "Recall, precision and F1 of each class."),
        Output("searchlight", "volume", "Accuracy from the sphere around each voxel.", "searchlight"),
        Output("searchlight-null", "table", "Accuracy of the best sphere under each shuffle.", "searchlight with shuffles"),
        Output(
            "patterns", "volume", "Where the signal rises with the score of each class (Haufe), one volume a class.", "weights"
        ),
        Output("weights", "volume", "Weights of each class, one volume a class.", "weights"),
        Output("predictions", "table", "Each sample with its class and what was said of it."),
        roles.MEAN_BOLD,
        roles.MASK_IMAGE,
        roles.RUNS,
    ),
    metrics=(
        MetricInfo("test/accuracy", "Share of samples told rightly in runs that were left out"),
        MetricInfo("test/p_permutation", "Share of shuffles within runs that do at least as well", "", "lower"),
        MetricInfo("test/chance", "One over the number of classes", "", ""),
        MetricInfo("test/balanced_accuracy", "Mean over classes of the share told rightly"),
        MetricInfo("test/f1_macro", "Mean F1 over the classes"),
        MetricInfo("test/null_mean", "Mean accuracy under shuffled labels", "", ""),
        MetricInfo("test/null_max", "Largest accuracy under shuffled labels", "", ""),
        MetricInfo("searchlight/accuracy_max", "Accuracy of the best sphere"),
        MetricInfo("searchlight/p_best", "Share of shuffles whose best sphere does at least as well", "", "lower"),
        MetricInfo("searchlight/threshold", "Accuracy from which on a sphere is significant in the whole brain", "", ""),
        MetricInfo("searchlight/voxels_above", "Voxels at or above that threshold", "voxels"),
        MetricInfo("searchlight/accuracy_mean", "Mean accuracy over spheres"),
        MetricInfo("searchlight/spheres", "Spheres", "", ""),
        MetricInfo("searchlight/sphere_voxels", "Voxels of a sphere, mean", "voxels", ""),
        MetricInfo("data/samples", "Samples", "", ""),
        MetricInfo("data/classes", "Classes", "", ""),
        roles.VOLUMES,
        roles.VOXELS,
        roles.LEFT_OUT,
    ),
    resources=Resources(cores=1, memory_gb=1.5),
    packages=("numpy", "nibabel", "nilearn", "scikit-learn", "scipy"),
    extra="fmri",
    description=(
        "Each event gives a **pattern**: one value a voxel. A linear classifier learns from all runs but one and tells the events "
        "of that one, each run in turn. Samples of one run are never on both sides, since they resemble each other whatever they "
        "show.\n\n"
        "p comes from shuffling the labels within their runs and fitting everything again. The maps of **patterns** show where "
        "the signal rises with a class; the **weights** alone do not, since a classifier also weighs voxels to take noise away. "
        "*That a class can be told says that information is there*, not that the brain uses it.\n\n"
        "Decoding needs a person who takes part and data to learn from; its results are statistical, and it must not be used to "
        "read thoughts in secret."
    ),
)
