"""What decoding reaches by chance: labels shuffled within their runs, everything fitted again.

Labels change places with labels of the same run only, and all samples of one event keep a common label: what stays fixed under the
shuffle is what is fixed in the data. Shuffle number i depends on the seed and i alone, so that a run that was cut short goes on
with the same numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import lgamma, log

import numpy as np
from numpy.typing import NDArray

from neurostudio.methods.fmri.classifiers import ROTATION_FREE, make_classifier, ridge_penalty
from neurostudio.methods.fmri.kernel_ridge import count_correct, operators
from neurostudio.methods.fmri.logistic_batch import LogisticBatch
from neurostudio.methods.fmri.patterns import Patterns
from neurostudio.methods.fmri.run_folds import fit_quietly, leave_one_run_out
from neurostudio.methods.fmri.specs.decode_classes import ClassifierSettings

AT_ONCE = 50
"""Shuffles that are solved together, where they can be."""

MOST_IN_BATCH = 200
"""Samples up to which logistic regressions are faster solved together than by scikit-learn one after another."""

Accuracy = Callable[[NDArray[np.intp]], NDArray[np.float64]]


def shuffled(codes: NDArray[np.intp], run: NDArray[np.intp], block: NDArray[np.intp], seed: int, number: int) -> NDArray[np.intp]:
    """Labels of shuffle `number`: those of the events of each run in another order.

    Parameters
    ----------
    codes, run, block : ndarray of int, shape (S,)
        Class, run and event of each sample; an event lies within one run.
    """
    generator = np.random.default_rng([seed, number])
    _, first, event_of = np.unique(block, return_index=True, return_inverse=True)
    drawn = codes[first].copy()
    for one in np.unique(run):
        places = np.flatnonzero(run[first] == one)
        drawn[places] = drawn[generator.permutation(places)]
    return drawn[event_of]


def n_orders(codes: NDArray[np.intp], run: NDArray[np.intp], block: NDArray[np.intp]) -> float:
    """How many different shuffles there are; infinite where more than 1e15."""
    _, first = np.unique(block, return_index=True)
    total = 0.0
    for one in np.unique(run):
        counts = np.unique(codes[first][run[first] == one], return_counts=True)[1]
        total += lgamma(counts.sum() + 1) - sum(lgamma(count + 1) for count in counts)
    return float(round(np.exp(total))) if total < 15 * log(10) else float("inf")


def p_value(null: NDArray[np.float64], observed: float) -> float:
    """Share of shuffles that do at least as well, the real order counted as one of them: (1 + count) / (1 + N)."""
    return float((1 + np.sum(null >= observed - 1e-12)) / (1 + len(null)))


def significant_accuracy(highest: NDArray[np.float64], n_sample: int, level: float) -> float | None:
    """Least accuracy of `n_sample` samples whose p against the largest one of each shuffle is at most `level`.

    None where no accuracy is, since there are too few shuffles or they reach as much.
    """
    attainable = np.arange(n_sample + 1) / n_sample
    return next((float(one) for one in attainable if p_value(highest, float(one)) <= level), None)


@dataclass(frozen=True, eq=False)
class NullTest:
    """Accuracies under shuffled labels, for one classifier on one set of patterns."""

    patterns: Patterns
    settings: ClassifierSettings
    seed: int

    def run(self, start: int, n_permutation: int, on_done: Callable[[int, NDArray[np.float64]], None]) -> NDArray[np.float64]:
        """Accuracies of the shuffles `start` to `n_permutation`; `on_done` gets how many there are, and the newest ones."""
        accuracy, step = self._solver()
        found = []
        for first in range(start, n_permutation, step):
            codes = np.stack([self._shuffled(number) for number in range(first, min(first + step, n_permutation))])
            newest = accuracy(codes)
            found.append(newest)
            on_done(first + len(newest), newest)
        return np.concatenate(found) if found else np.zeros(0)

    @property
    def _classes(self) -> NDArray[np.str_]:
        return np.unique(self.patterns.label)

    def _shuffled(self, number: int) -> NDArray[np.intp]:
        codes = np.searchsorted(self._classes, self.patterns.label)
        return shuffled(codes, self.patterns.run, self.patterns.block, self.seed, number)

    def _solver(self) -> tuple[Accuracy, int]:
        """What turns sets of labels, shape (P, S), into accuracies, shape (P,), and how many sets it takes at a time."""
        if self.settings.kind == "ridge":
            return self._by_ridge(), AT_ONCE
        if self.settings.kind == "logistic" and len(self.patterns.label) <= MOST_IN_BATCH:
            return self._by_logistic(), AT_ONCE
        return self._by_refit(), 1

    def _by_ridge(self) -> Accuracy:
        values = self.patterns.values
        folds = list(leave_one_run_out(self.patterns.run))
        solved = operators(values @ values.T, folds, ridge_penalty(self.settings, values.shape[1]))
        n_class = len(self._classes)

        def accuracy(codes: NDArray[np.intp]) -> NDArray[np.float64]:
            return np.asarray(count_correct(solved, folds, codes, n_class) / codes.shape[1])

        return accuracy

    def _by_logistic(self) -> Accuracy:
        values = self.patterns.values
        folds = list(leave_one_run_out(self.patterns.run))
        batches = [LogisticBatch(values[train], values[test], self.settings.c) for train, test in folds]
        n_class = len(self._classes)

        def accuracy(codes: NDArray[np.intp]) -> NDArray[np.float64]:
            correct = np.zeros(len(codes))
            for batch, (train, test) in zip(batches, folds, strict=True):
                correct += (batch.predict(codes[:, train], n_class) == codes[:, test]).sum(axis=1)
            return np.asarray(correct / codes.shape[1])

        return accuracy

    def _by_refit(self) -> Accuracy:
        values = self.patterns.values
        n_voxel = values.shape[1]
        parts = []
        for train, test in leave_one_run_out(self.patterns.run):
            learned, tested = values[train], values[test]
            if self.settings.kind in ROTATION_FREE and n_voxel > len(train):
                learned, tested = turned(learned, tested)
            parts.append((train, test, learned, tested))
        classes = self._classes

        def accuracy(codes: NDArray[np.intp]) -> NDArray[np.float64]:
            label = classes[codes[0]]
            correct = 0
            for train, test, learned, tested in parts:
                model, _ = fit_quietly(make_classifier(self.settings, n_voxel), learned, label[train])
                correct += int((model.predict(tested) == label[test]).sum())
            return np.array([correct / len(label)])

        return accuracy


def turned(learned: NDArray[np.float64], tested: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same samples in the at most n dimensions that the n training samples span.

    A classifier whose penalty is the length of its weights has no weight outside of that span, so its predictions stay the same.
    """
    left, strength, axes = np.linalg.svd(learned, full_matrices=False)
    return left * strength, tested @ axes.T
