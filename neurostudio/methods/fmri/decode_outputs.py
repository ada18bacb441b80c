"""What ``fmri.decode_classes`` leaves: predictions, confusions, the shuffles, and maps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.core.kinds import Plot
from neurostudio.methods.fmri.inputs import BoldRun
from neurostudio.methods.fmri.maps import like, unmasked, write_map
from neurostudio.methods.fmri.patterns import Patterns
from neurostudio.methods.fmri.permutations import p_value


@dataclass(frozen=True, eq=False)
class Decoded:
    """Every sample and what was said of it when its run was left out.

    Attributes
    ----------
    predicted : ndarray of str, shape (S,)
    classes : tuple of str
        Sorted.
    runs : tuple of str
        Names.
    """

    patterns: Patterns
    predicted: NDArray[np.str_]
    classes: tuple[str, ...]
    runs: tuple[str, ...]

    @property
    def is_correct(self) -> NDArray[np.bool_]:
        """Which samples were told rightly, shape (S,)."""
        return np.asarray(self.predicted == self.patterns.label)

    @property
    def accuracy(self) -> float:
        """Share of all samples that were told rightly."""
        return float(self.is_correct.mean())

    @property
    def confusion(self) -> NDArray[np.int64]:
        """Samples by true class (row) and predicted class (column), shape (C, C)."""
        counts = np.zeros((len(self.classes),) * 2, np.int64)
        names = np.array(self.classes)
        np.add.at(counts, (np.searchsorted(names, self.patterns.label), np.searchsorted(names, self.predicted)), 1)
        return counts


@dataclass(frozen=True, eq=False)
class Lights:
    """Accuracy of the sphere around each voxel.

    Attributes
    ----------
    accuracy : ndarray, shape (V,)
        NaN where the sphere has too few voxels.
    threshold : float or None
        Accuracy from which on a sphere is significant in the whole brain (p of the best sphere at most 0.05).
    highest : ndarray, shape (P,)
        Largest accuracy of the brain under each shuffle.
    """

    accuracy: NDArray[np.float64]
    threshold: float | None
    highest: NDArray[np.float64]
    sizes: NDArray[np.intp]
    radius_mm: float
    chance: float


def write_result(context: Context, decoded: Decoded) -> None:
    """Write accuracy, confusions, predictions, and the scores of each class and each run."""
    n_class = len(decoded.classes)
    counts = decoded.confusion
    support = counts.sum(axis=1)
    recall = np.diag(counts) / support
    said = counts.sum(axis=0)
    precision = np.divide(np.diag(counts), said, out=np.zeros(n_class), where=said > 0)
    both = precision + recall
    f1 = np.divide(2 * precision * recall, both, out=np.zeros(n_class), where=both > 0)
    chance = 1 / n_class
    if support.max() > 1.2 * support.min():
        largest = support.max() / support.sum()
        context.log(
            f"The classes are of different sizes: always saying the largest would be right in {100 * largest:.1f} %. "
            "Look at the balanced accuracy and at p",
            "warning",
        )
    context.metric("test/accuracy", decoded.accuracy)
    context.metric("test/balanced_accuracy", float(recall.mean()))
    context.metric("test/chance", chance)
    context.metric("test/f1_macro", float(f1.mean()))
    context.metric("data/samples", len(decoded.predicted))
    context.metric("data/classes", n_class)
    names = list(decoded.classes)
    plot = Plot(
        "heatmap",
        x="true class",
        y=decoded.classes,
        x_label="Predicted class",
        y_label="True class",
        caption="Samples of the runs that were left out; what is right stands on the diagonal.",
    )
    columns = {name: counts[:, place].tolist() for place, name in enumerate(names)}
    context.table("confusion", {"true class": names, **columns}, "Confusion matrix", plot)
    bars = Plot("bars", x="class", y=("recall",), y_label="Share told rightly", baselines={"chance": chance})
    context.table(
        "classes",
        {
            "class": names,
            "samples": support.tolist(),
            "recall": recall.tolist(),
            "precision": precision.tolist(),
            "f1": f1.tolist(),
        },
        "Classes",
        bars,
    )
    _write_folds(context, decoded, chance)
    context.table(
        "predictions",
        {
            "run": [decoded.runs[place] for place in decoded.patterns.run],
            "time_s": decoded.patterns.time_s.tolist(),
            "event": decoded.patterns.block.tolist(),
            "true": decoded.patterns.label.tolist(),
            "predicted": decoded.predicted.tolist(),
            "correct": decoded.is_correct.astype(int).tolist(),
        },
        "Predictions",
    )


def _write_folds(context: Context, decoded: Decoded, chance: float) -> None:
    places = np.unique(decoded.patterns.run)
    share = [float(decoded.is_correct[decoded.patterns.run == place].mean()) for place in places]
    tested = [int((decoded.patterns.run == place).sum()) for place in places]
    plot = Plot(
        "bars",
        x="run left out",
        y=("accuracy",),
        y_label="Accuracy",
        baselines={"chance": chance},
        caption="Each run told by a classifier that learned from all others.",
    )
    learned = [len(decoded.predicted) - count for count in tested]
    columns = {
        "run left out": [decoded.runs[place] for place in places],
        "accuracy": share,
        "samples": tested,
        "learned from": learned,
    }
    context.table("folds", columns, "Accuracy of each run", plot)


def write_null(context: Context, decoded: Decoded, null: NDArray[np.float64]) -> None:
    """Write what shuffled labels reach, and p."""
    p = p_value(null, decoded.accuracy)
    context.metric("test/p_permutation", p)
    context.metric("test/null_mean", float(null.mean()))
    context.metric("test/null_max", float(null.max()))
    plot = Plot(
        "histogram",
        y=("accuracy",),
        x_label="Accuracy with shuffled labels",
        y_label="Shuffles",
        baselines={"measured": decoded.accuracy},
        caption=f"{len(null)} shuffles within runs, each fitted again; p = {p:.3g}.",
    )
    context.table("null", {"shuffle": list(range(1, len(null) + 1)), "accuracy": null.tolist()}, "Chance", plot)


def write_weights(
    context: Context,
    weights: NDArray[np.float64],
    patterns: NDArray[np.float64],
    classes: Sequence[str],
    one: BoldRun,
    mask: NDArray[np.bool_],
) -> None:
    """Write weights and signal patterns, shapes (C, V), as 4D maps with one volume a class."""
    for name, values, title, unit, caption in (
        ("patterns", patterns, "Patterns", "signal for a unit of score", "Where the signal rises with the score of each class."),
        (
            "weights",
            weights,
            "Weights",
            "weight",
            "What the classifier weighs. A weight may serve to take noise away: read the patterns.",
        ),
    ):
        volumes = np.stack([unmasked(row, mask) for row in values], axis=-1)
        write_map(context, name, like(one, volumes), None, title, unit=unit, caption=caption, names=tuple(classes))


def write_searchlight(context: Context, lights: Lights, one: BoldRun, mask: NDArray[np.bool_]) -> None:
    """Write the map of accuracies, and what the best sphere reaches by chance."""
    known = np.isfinite(lights.accuracy)
    best = float(lights.accuracy[known].max())
    context.metric("searchlight/accuracy_max", best)
    context.metric("searchlight/accuracy_mean", float(lights.accuracy[known].mean()))
    context.metric("searchlight/spheres", int(known.sum()))
    context.metric("searchlight/sphere_voxels", float(lights.sizes.mean()))
    height = ""
    if lights.threshold is not None:
        context.metric("searchlight/threshold", lights.threshold)
        context.metric("searchlight/voxels_above", int((lights.accuracy[known] >= lights.threshold).sum()))
        height = f" From {lights.threshold:.3g} on it is significant in the whole brain (family-wise p <= 0.05)."
    if len(lights.highest):
        context.metric("searchlight/p_best", p_value(lights.highest, best))
        plot = Plot(
            "histogram", y=("accuracy",), x_label="Accuracy of the best sphere", y_label="Shuffles", baselines={"best": best}
        )
        numbers = list(range(1, len(lights.highest) + 1))
        columns = {"shuffle": numbers, "accuracy": lights.highest.tolist()}
        context.table("searchlight-null", columns, "Chance of the best sphere", plot)
    if len(lights.highest) and lights.threshold is None:
        context.log(
            f"No accuracy of a sphere would be significant: {len(lights.highest)} shuffles are too few, or reach as much",
            "warning",
        )
    caption = f"Accuracy from the voxels within {lights.radius_mm:g} mm; chance is {lights.chance:.3g}.{height}"
    image = like(one, unmasked(lights.accuracy, mask, fill=float("nan")))
    write_map(context, "searchlight", image, None, "Searchlight", threshold=lights.threshold, unit="accuracy", caption=caption)
