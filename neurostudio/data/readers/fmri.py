"""Reader of brain images: one NIfTI, GIFTI or CIFTI file, a BIDS data set or derivatives, or a folder of NIfTI files."""

import os
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurostudio.core.errors import RequestError
from neurostudio.data.encoding import head_bytes
from neurostudio.data.import_report import ImportReport, Problem, worst_first
from neurostudio.data.options import check_options
from neurostudio.data.registry import Reader

if TYPE_CHECKING:
    from neurostudio.data.fmri.assemble import Assembled
    from neurostudio.data.fmri.runs import FmriData

KIND = "fmri"
OPTIONS = ("tr_s", "orientation", "files", "events", "confounds", "mask")

_IMAGES = (".nii", ".nii.gz")
_SURFACES = (".gii", ".gii.gz")
_RELATIVES = (".mgh", ".mgz", ".img", ".hdr", ".dcm", ".mnc")  # named in the refusal
_COMPANIONS = (".json", ".tsv", ".csv", ".txt", ".md", ".par", ".1D", ".bval", ".bvec", ".mat", ".xml", ".log", ".html", ".svg")
_HEADER_SIZES = frozenset(
    {(348).to_bytes(4, order) for order in ("little", "big")} | {(540).to_bytes(4, order) for order in ("little", "big")}
)
_LOOKED_FOLDERS = 20
_LOOKED_DEPTH = 2
_SAID_BY_OTHERS = ("No orientation in the header", "sform and qform place")


class FmriReader:
    """Reads what ``neurostudio.data.fmri`` knows; an image is read to its end at import, so that damage is found then."""

    kind = KIND

    def recognise(self, path: Path) -> float:
        """How surely `path` holds brain images, 0 to 1."""
        if path.is_dir():
            return _folder_score(path)
        name = path.name.lower()
        if name.endswith(_SURFACES):
            return 0.95
        if name.endswith(_IMAGES):
            return 0.95 if _begins_as_nifti(path) else 0.6
        return 0.5 if name.endswith(_RELATIVES) else 0.0

    def inspect(self, path: Path, options: Mapping[str, Any]) -> ImportReport:
        """Facts of the headers, what belongs together, and what is missing or contradicts itself.

        Raises
        ------
        RequestError
            An image cannot be read, is damaged or not downloaded; a folder holds no images; an option cannot be.
        """
        check_options(options, OPTIONS, KIND)
        if path.is_dir():
            return _inspect_folder(path, options)
        return _inspect_surface(path, options) if _is_surface(path) else _inspect_image(path, options)

    def open(self, path: Path, options: Mapping[str, Any]) -> "FmriData":
        """The runs and images; RequestError where a question about TR or orientation is open."""
        from neurostudio.data.fmri.runs import FmriData

        check_options(options, OPTIONS, KIND)
        if not path.is_dir() and _is_surface(path):
            return FmriData(path, is_bids=False, surfaces=(path,))
        assembled = _assemble(path, options)
        if assembled.errors:
            raise RequestError(f"{path} cannot be used", assembled.errors[0].message)
        return assembled.data

    def fingerprint(self, path: Path) -> str:
        """Checksum of a file, or of what tells the content of a folder without reading its images."""
        from neurostudio.data.fmri.fingerprint import fingerprint

        return fingerprint(path)


def _assemble(path: Path, options: Mapping[str, Any]) -> "Assembled":
    from neurostudio.data.fmri.assemble import assemble_file, assemble_folder
    from neurostudio.data.fmri.options import FmriOptions

    chosen = FmriOptions.parse(options)
    return assemble_folder(path, chosen) if path.is_dir() else assemble_file(path, chosen)


def _inspect_folder(path: Path, options: Mapping[str, Any]) -> ImportReport:
    from neurostudio.data.fmri.checks import folder_facts, sample_of, table_problems
    from neurostudio.data.fmri.options import FmriOptions

    assembled = _assemble(path, options)
    data = assembled.data
    if not (data.runs or data.images or data.surfaces or data.missing):
        raise _no_images(path, bool(options.get("files")))
    is_derived = bool(data.runs) and all(run.is_preprocessed for run in data.runs)
    form = "folder" if not data.is_bids else "bids-derivatives" if is_derived else "bids"
    problems = [*assembled.problems, *table_problems(assembled)]
    chosen = FmriOptions.parse(options).as_dict()
    return ImportReport(KIND, form, folder_facts(assembled), worst_first(problems), sample_of(assembled), chosen)


def _inspect_image(path: Path, options: Mapping[str, Any]) -> ImportReport:
    from neurostudio.data.fmri.checks import header_facts, run_facts, sample_of, table_problems
    from neurostudio.data.fmri.header import read_header
    from neurostudio.data.fmri.options import FmriOptions
    from neurostudio.data.fmri.verified import verify

    assembled = _assemble(path, options)
    header = read_header(path)
    verify(path)
    said = {header.tr_note} if assembled.data.runs else set()
    notes = [note for note in header.notes if note not in said and not note.startswith(_SAID_BY_OTHERS)]
    problems = [*assembled.problems, *table_problems(assembled), *(Problem("note", note.rstrip(".")) for note in notes)]
    facts = {name: value for name, value in header_facts(header, assembled.data.orientation).items() if value not in (None, "")}
    chosen = FmriOptions.parse(options).as_dict()
    for run in assembled.data.runs:
        facts |= run_facts(run)
        if run.tr_s is not None:
            chosen["tr_s"] = run.tr_s  # a copy of the image leaves its sidecar behind
    if assembled.candidates_s:
        facts["tr_candidates_s"] = list(assembled.candidates_s)
        del facts["tr_s"]  # a person is asked
    form = "4D image" if assembled.data.runs else "3D image"
    return ImportReport(KIND, form, facts, worst_first(problems), sample_of(assembled), chosen)


def _inspect_surface(path: Path, options: Mapping[str, Any]) -> ImportReport:
    from neurostudio.data.fmri.options import FmriOptions
    from neurostudio.data.fmri.surfaces import read_surface_file

    found = read_surface_file(path)
    if found.form != "gifti-mesh":
        found.series()  # reads all of it
    facts: dict[str, Any] = {"holds": found.title, "tr_s": found.tr_s, "size_bytes": path.stat().st_size}
    facts |= {name.lower(): count for name, count in found.parts.items()} | {"names": list(found.names[:200])}
    problem = Problem("note", f"{found.title}. It is no volume: use it where series of parcels or surface points are taken")
    kept = {name: value for name, value in facts.items() if value}
    return ImportReport(KIND, found.form, kept, (problem,), (), FmriOptions.parse(options).as_dict())


def _is_surface(path: Path) -> bool:
    from neurostudio.data.fmri.surfaces import is_surface_file

    return is_surface_file(path)


def _no_images(path: Path, has_pattern: bool) -> RequestError:
    names = [name for _, _, names in islice(os.walk(path), _LOOKED_FOLDERS) for name in names]
    if any(name.lower().endswith((".dcm", ".ima")) for name in names):
        return RequestError(f"{path} holds DICOM files", "Images are read as NIfTI", "Convert them with dcm2niix first")
    fix = "Change the option files" if has_pattern else "Choose the folder of a BIDS data set, or one with .nii or .nii.gz files"
    return RequestError(f"{path} holds no brain images", fix=fix)


def _begins_as_nifti(path: Path) -> bool:
    try:
        return head_bytes(path, 512)[:4] in _HEADER_SIZES
    except Exception:  # noqa: BLE001 - whatever is wrong, reading it says so better
        return False


def _folder_score(path: Path) -> float:
    """BIDS by its description or its subjects; else a folder in which most files that are no text are images."""
    entries = list(path.iterdir())
    has_subjects = any(entry.name.startswith("sub-") and entry.is_dir() for entry in entries)
    if (path / "dataset_description.json").is_file():
        return 0.97 if has_subjects or any(entry.name == "derivatives" for entry in entries) else 0.9
    images = others = dicoms = 0
    for parent, folders, names in islice(os.walk(path), _LOOKED_FOLDERS):
        depth = len(Path(parent).relative_to(path).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".")) if depth < _LOOKED_DEPTH else []
        for name in (name.lower() for name in names if not name.startswith(".")):
            is_image = name.endswith((*_IMAGES, *_SURFACES))
            images += is_image
            dicoms += name.endswith((".dcm", ".ima"))
            others += not is_image and not name.endswith(_COMPANIONS) and "." in name
    if images:
        return 0.95 if has_subjects else 0.92 if images >= others else 0.0
    return 0.9 if has_subjects else 0.5 if dicoms > others / 2 else 0.0


READERS: tuple[Reader, ...] = (FmriReader(),)
