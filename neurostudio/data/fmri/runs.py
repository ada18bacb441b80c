"""The handle of an fMRI data set: its runs, each with what belongs to it, and its other images."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.missing import Absence, size_words
from neurostudio.data.fmri.sidecars import n_discarded
from neurostudio.data.import_report import Problem

RAW_SPACE = "raw"
NATIVE_SPACE = "native"
"""Space of a preprocessed run whose name tells none: the grid of its own recording."""

_MOST_NAMED = 12
_VERSIONS = frozenset({"space", "res", "den", "desc", "echo", "part", "rec", "cohort"})
"""Entities by which several images of one recording differ."""


@dataclass(frozen=True)
class RunFiles:
    """One run with what belongs to it.

    Attributes
    ----------
    name : str
        Such as ``sub-01_task-rest_run-1``; no two runs of a data set have the same.
    bold : Path
        The 4D image.
    tr_s : float or None
        Repetition time in seconds; None where it is not known.
    tr_source : str
        ``option``, ``sidecar``, ``header``, or empty.
    entities : dict of str to str
        Of the file name, short as in BIDS: ``sub``, ``ses``, ``task``, ``run``, ``space`` ...
    events, confounds, mask, anatomy, reference : Path or None
        Tables and images of this run; `anatomy` and `reference` (one volume, such as a boldref) are in its space.
    sidecar : dict
        Metadata merged from all sidecars that apply.
    problems : tuple of Problem
        What is odd about this run.
    path : str
        Path of the image relative to the data set, with slashes.
    is_preprocessed : bool
        Whether it stands in a derivatives folder.
    n_volumes : int or None
        As the header has it; None where it was not read.
    orientation : str or None
        The answer to an sform and a qform that disagree, as chosen at import.
    """

    name: str
    bold: Path
    tr_s: float | None = None
    tr_source: str = ""
    entities: dict[str, str] = field(default_factory=dict)
    events: Path | None = None
    confounds: Path | None = None
    mask: Path | None = None
    anatomy: Path | None = None
    sidecar: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    reference: Path | None = None
    path: str = ""
    is_preprocessed: bool = False
    n_volumes: int | None = None
    orientation: str | None = None

    @property
    def subject(self) -> str:
        """Label of the subject; empty where the name tells none."""
        return self.entities.get("sub", "")

    @property
    def session(self) -> str:
        """Label of the session."""
        return self.entities.get("ses", "")

    @property
    def task(self) -> str:
        """Name of the task."""
        return self.entities.get("task", "")

    @property
    def run(self) -> str:
        """Number of the run."""
        return self.entities.get("run", "")

    @property
    def space(self) -> str:
        """Template or grid: the entity ``space``, else ``raw``, or ``native`` for a preprocessed run."""
        return self.entities.get("space") or (NATIVE_SPACE if self.is_preprocessed else RAW_SPACE)

    @property
    def n_discarded(self) -> int:
        """Volumes thrown away before the first stored one; onsets of events count from the first stored one."""
        return n_discarded(self.sidecar)

    @property
    def duration_s(self) -> float | None:
        """Length of the run in seconds; None where TR or number of volumes are not known."""
        return self.n_volumes * self.tr_s if self.n_volumes and self.tr_s else None


@dataclass(frozen=True)
class MissingImage:
    """An image that belongs to the data set but whose content is not here.

    Attributes
    ----------
    path : str
        Relative to the data set, with slashes.
    """

    path: str
    absence: Absence

    @property
    def words(self) -> str:
        """In words, with its size where that is known.

        >>> MissingImage("a_bold.nii.gz", Absence("an empty file", 1_500_000)).words
        'a_bold.nii.gz: image not downloaded (an empty file, 1.5 MB)'
        """
        size = f", {size_words(self.absence.size_bytes)}" if self.absence.size_bytes is not None else ""
        return f"{self.path}: image not downloaded ({self.absence.reason}{size})"


@dataclass(frozen=True)
class FmriData:
    """An fMRI data set.

    Attributes
    ----------
    path : Path
        The file or folder.
    is_bids : bool
        Whether the names are those of BIDS.
    runs : tuple of RunFiles
        In the order of their paths.
    images : tuple of Path
        Other volumes: anatomy, masks, maps.
    surfaces : tuple of Path
        GIFTI and CIFTI files; see ``neurostudio.data.fmri.surfaces``.
    missing : tuple of MissingImage
        Images whose content is not here.
    orientation : str or None
        The option ``orientation``.
    """

    path: Path
    is_bids: bool
    runs: tuple[RunFiles, ...] = ()
    images: tuple[Path, ...] = ()
    surfaces: tuple[Path, ...] = ()
    missing: tuple[MissingImage, ...] = ()
    orientation: str | None = None

    @property
    def n_missing(self) -> int:
        """Number of images whose content is not here."""
        return len(self.missing)

    def values(self, entity: str) -> tuple[str, ...]:
        """The values of ``subject``, ``session``, ``task``, ``run`` or ``space`` that occur, sorted."""
        return tuple(sorted({str(getattr(run, entity)) for run in self.runs} - {""}, key=_natural))

    def select(
        self, subject: str = "", session: str = "", task: str = "", run: str = "", space: str = "", files: str = ""
    ) -> tuple[RunFiles, ...]:
        """The runs that fit; each recording once.

        Parameters
        ----------
        subject, session, task, run, space : str
            Labels, several separated by commas; with or without ``sub-`` and the like; numbers are compared as numbers; empty
            for all. `space` also knows ``raw`` and ``native``.
        files : str
            Pattern that the path or the name of the file must fit, such as ``*desc-preproc_bold.nii.gz``.

        Raises
        ------
        RequestError
            Nothing fits, or a recording is there in several versions: the message lists what there is.
        """
        if not self.runs:
            raise self._no_runs()
        kept = list(self.runs)
        wishes = {"subject": subject, "session": session, "task": task, "run": run, "space": space}
        for entity, wish in wishes.items():
            wanted = [_plain(entity, one) for one in wish.split(",") if one.strip()]
            if not wanted:
                continue
            before, kept = kept, [one for one in kept if any(_same(getattr(one, entity), label) for label in wanted)]
            if not kept:
                there = sorted({getattr(one, entity) or "none" for one in before}, key=_natural)
                raise RequestError(
                    f"{self.path} has no run with the {entity} '{wish}'", fix=f"Choose from the {entity}s: {_listed(there)}"
                )
        if files:
            before, kept = kept, [one for one in kept if fnmatch(one.path, files) or fnmatch(one.bold.name, files)]
            if not kept:
                names = dict.fromkeys(one.bold.name for one in before)
                raise RequestError(f"No image in {self.path} fits '{files}'", fix=f"There are: {_listed(names)}")
        self._check_versions(kept)
        return tuple(kept)

    def _check_versions(self, runs: Iterable[RunFiles]) -> None:
        """Each recording may be there once."""
        if not self.is_bids:
            return
        recordings: dict[tuple[tuple[str, str], ...], list[RunFiles]] = {}
        for one in runs:
            key = tuple(sorted((name, value) for name, value in one.entities.items() if name not in _VERSIONS))
            recordings.setdefault(key, []).append(one)
        several = next((group for group in recordings.values() if len(group) > 1), None)
        if several is None:
            return
        spaces = list(dict.fromkeys(one.space for one in several))
        names = [one.path for one in several]
        name = "_".join(f"{key}-{value}" for key, value in several[0].entities.items() if key not in _VERSIONS)
        if len(spaces) == len(several):
            raise RequestError(
                f"{name} is there in {len(spaces)} spaces: {_listed(spaces)}", fix="Choose one with the setting space"
            )
        raise RequestError(
            f"{name} is there {len(several)} times: {_listed(names)}",
            fix="Choose one with the setting files, a pattern such as *desc-preproc_bold.nii.gz",
        )

    def _no_runs(self) -> RequestError:
        if self.missing:
            size = sum(one.absence.size_bytes or 0 for one in self.missing)
            total = f" ({size_words(size)} in all)" if size else ""
            what = f"No image of {self.path} is here: {len(self.missing):,} images were not downloaded{total}"
            return RequestError(what, f"The first is {self.missing[0].words}", self.missing[0].absence.fix)
        if self.surfaces:
            return RequestError(
                f"{self.path} holds values on surfaces or parcels and no volume", fix="Choose a method that takes such series"
            )
        if self.images:
            return RequestError(
                f"{self.path} holds 3D images only ({len(self.images):,}), and no run of many volumes",
                "A run is a 4D image",
                "Use it as a mask or as a background",
            )
        return RequestError(f"{self.path} holds no images", fix="Choose a NIfTI file, or the folder of a BIDS data set")


def _plain(entity: str, label: str) -> str:
    prefix = {"subject": "sub-", "session": "ses-"}.get(entity, f"{entity}-")
    return label.strip().removeprefix(prefix)


def _same(value: str, wanted: str) -> bool:
    return value == wanted or (value.isdecimal() and wanted.isdecimal() and int(value) == int(wanted))


def _natural(text: str) -> tuple[int, int, str]:
    return (0, int(text), text) if text.isdecimal() else (1, 0, text)


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    more = f" and {len(shown) - _MOST_NAMED:,} more" if len(shown) > _MOST_NAMED else ""
    return ", ".join(shown[:_MOST_NAMED]) + more
