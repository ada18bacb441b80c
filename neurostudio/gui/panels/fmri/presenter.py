"""What the page of a brain data set says, from its record, its file names and headers: no voxel is read here. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurostudio.app import Project, import_data
from neurostudio.app.datasets import preview
from neurostudio.core.errors import NeuroError
from neurostudio.data.import_report import ImportReport
from neurostudio.data.registry import open_data
from neurostudio.gui.panels.data.presenter import DataView, load_dataset
from neurostudio.gui.panels.fmri.questions import Question, questions_of_report
from neurostudio.report.wording import number_text, size_text
from neurostudio.store import read

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from neurostudio.data.fmri.header import Header
    from neurostudio.data.fmri.runs import FmriData, MissingImage, RunFiles

RUN, IMAGE = "run:", "image:"
IMAGES_BRANCH = "Images"
_ENTITIES_OF_BRANCHES = ("sub", "ses")
_ENTITIES_OF_TITLES = ("task", "acq", "run", "echo", "space", "res", "desc")
NOT_HERE = "not downloaded"
_ALWAYS = ("task", "run")
_SOURCES = {"sidecar": "from the JSON file", "header": "from the header", "option": "as you chose"}


@dataclass(frozen=True)
class Leaf:
    """One line of the tree of runs.

    Attributes
    ----------
    key : str
        ``run:<name>`` or ``image:<path>``.
    path : tuple of str
        The branches that it hangs on.
    trouble : str
        Why it cannot be looked at, in two or three words; empty where it can.
    """

    key: str
    title: str
    path: tuple[str, ...] = ()
    tooltip: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class FileLine:
    """One file of a run: what it is for, and whether it is here.

    Attributes
    ----------
    state : str
        ``here``, ``missing`` (named, and not here) or ``none`` (there is none).
    """

    role: str
    name: str
    state: str
    size: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class BrainView:
    """The record of a data set, and what lies in its folder.

    Attributes
    ----------
    record : DataView
    data : FmriData, optional
        None where the files cannot be read as brain data now; `trouble` says why.
    questions : tuple of Question
        What would have to be answered for them to be read.
    """

    record: DataView
    data: "FmriData | None" = None
    leaves: tuple[Leaf, ...] = ()
    trouble: NeuroError | None = None
    questions: tuple[Question, ...] = ()

    def run(self, key: str) -> "RunFiles | None":
        """The run of a leaf; None for an image."""
        if self.data is None or not key.startswith(RUN):
            return None
        return next((run for run in self.data.runs if run.name == key.removeprefix(RUN)), None)

    def image(self, key: str) -> Path | None:
        """The image of a leaf."""
        run = self.run(key)
        if run is not None:
            return run.bold
        return Path(key.removeprefix(IMAGE)) if key.startswith(IMAGE) else None

    def absence(self, key: str) -> NeuroError | None:
        """Why the image of a leaf is not here, with its size where that is known, and how to get it."""
        if self.data is None or not key.startswith(IMAGE):
            return None
        folder = self.data.path if self.data.path.is_dir() else self.data.path.parent
        found = next((one for one in self.data.missing if key == f"{IMAGE}{folder / one.path}"), None)
        return NeuroError("Image not downloaded", found.words, found.absence.fix) if found is not None else None

    def first_key(self) -> str:
        """The leaf to begin with: the first that is here; empty for none."""
        return next((leaf.key for leaf in self.leaves if not leaf.trouble), "")


def load_brain(project: Project, name: str) -> BrainView | None:
    """Read the record and the file names of a data set; None where there is none of that name."""
    record = load_dataset(project, name)
    if record is None:
        return None
    if record.is_missing:
        return BrainView(record, trouble=record.trouble)
    try:
        data: FmriData = open_data(record.row.path, record.row.kind, record.row.options)
    except NeuroError as error:
        return BrainView(record, trouble=error, questions=questions_of_data(record))
    return BrainView(record, data, leaves_of(data), record.trouble)


def questions_of_data(record: DataView) -> tuple[Question, ...]:
    """What would have to be answered for data to be read that cannot be read now."""
    try:
        return questions_of_report(preview(record.row.path, record.row.kind, record.row.options))
    except NeuroError:
        return ()  # damage is no question; the page shows the error that it met before


def data_facts(data: "FmriData | None") -> list[str]:
    """What is counted in the folder, in words."""
    if data is None:
        return []
    counts = (("run", len(data.runs)), ("subject", len(data.values("subject"))), ("other image", len(data.images)))
    facts = [f"{number_text(count)} {word}{'' if count == 1 else 's'}" for word, count in counts if count]
    return [*facts, *([f"{number_text(data.n_missing)} not downloaded"] if data.n_missing else [])]


def selection_of(data: "FmriData", run: "RunFiles | None") -> dict[str, Any]:
    """Settings that choose the runs of the subject that is looked at, in the space that is looked at; only what is needed."""
    if run is None:
        return {}
    chosen = {"subject": run.subject, "session": run.session, "task": run.task, "space": run.space}
    return {f"selection.{name}": value for name, value in chosen.items() if value and len(data.values(name)) > 1}


def leaves_of(data: "FmriData") -> tuple[Leaf, ...]:
    """The tree of a data set: its runs below their subjects and sessions, then images without time."""
    shown = told_by(data.runs)
    leaves = [_run_leaf(run, shown, is_alone=len(data.runs) == 1) for run in data.runs]
    leaves += [_missing_leaf(data.path, missing, shown) for missing in data.missing]
    taken = {path for run in data.runs for path in (run.bold, run.mask) if path is not None}
    for path in data.images:
        if path not in taken:
            branch = (IMAGES_BRANCH,) if leaves or len(data.images) > 1 else ()
            leaves.append(Leaf(f"{IMAGE}{path}", stem(path), branch, str(path), "" if is_here(path) else NOT_HERE))
    return tuple(leaves)


def told_by(runs: Sequence["RunFiles"]) -> list[str]:
    """Entities that tell runs apart, besides subject and session: task and run always, others where they differ."""
    return [name for name in _ENTITIES_OF_TITLES if name in _ALWAYS or len({run.entities.get(name) for run in runs}) > 1]


def titles_of(runs: Sequence["RunFiles"]) -> dict[str, str]:
    """A short title for each run by its name, different for each: ``rest run 1``, with subject and session where there are several."""
    many = [name for name in _ENTITIES_OF_BRANCHES if len({run.entities.get(name) for run in runs}) > 1]
    shown = [*many, *told_by(runs)]
    titles = {run.name: " ".join(_entity_text(key, run.entities[key]) for key in shown if key in run.entities) for run in runs}
    is_clear = len(set(titles.values())) == len(titles) and all(titles.values())
    return titles if is_clear else {run.name: run.name for run in runs}


def is_here(path: Path) -> bool:
    """Whether a file has its content, as far as its size and its first bytes tell."""
    from neurostudio.data.fmri.missing import absence_of

    return absence_of(path) is None


def stem(path: Path) -> str:
    """The name of a file without its endings."""
    return path.name.partition(".nii")[0] if ".nii" in path.name else path.stem


def file_lines(run: "RunFiles") -> tuple[FileLine, ...]:
    """What belongs to a run."""
    named = (
        ("Image", run.bold),
        ("Events", run.events),
        ("Confounds", run.confounds),
        ("Mask", run.mask),
        ("Anatomy", run.anatomy),
    )
    lines = [_file_line(role, path) for role, path in named]
    if run.sidecar:
        lines.append(
            FileLine("Sidecar", f"{len(run.sidecar)} entries", "here", note="JSON files that describe the image, merged")
        )
    return tuple(lines)


def header_facts(header: "Header", tr_s: float | None = None, tr_source: str = "") -> list[tuple[str, str]]:
    """What the header says, in plain words; no voxel is read for it."""
    size = " × ".join(number_text(zoom, 3) for zoom in header.zooms_mm[:3])
    facts = [
        ("Format", f"{header.format}, {'big-endian' if header.is_big_endian else 'little-endian'}"),
        ("Size", " × ".join(str(side) for side in header.shape_3d) + " voxels"),
        ("Voxel", f"{size} mm"),
        ("Volumes", number_text(header.n_volumes)),
    ]
    if header.n_volumes > 1:
        shown = tr_s if tr_s is not None else header.tr_s
        source = f", {_SOURCES[tr_source]}" if tr_source in _SOURCES else ""
        facts.append(("Repetition time", f"{number_text(shown)} s{source}" if shown is not None else "unknown"))
        if shown is not None:
            facts.append(("Length", f"{number_text(header.n_volumes * shown)} s"))
    facts += [
        ("Axes", _axes_text(header)),
        ("Affine from", {"sform": "sform", "qform": "qform"}.get(header.affine_source, "voxel sizes alone")),
        ("Codes", f"sform {_code_text(header.sform_code)}, qform {_code_text(header.qform_code)}"),
        ("Numbers", _numbers_text(header)),
        ("On disk", f"{size_text(header.size_bytes)}{', compressed' if header.is_compressed else ''}"),
        ("In memory", f"{size_text(header.ram_bytes)} (estimate)"),
    ]
    if header.intent and header.intent != "none":
        facts.append(("Meant as", str(header.intent)))
    return facts


def matrix_lines(affine: "NDArray[np.float64]") -> tuple[str, ...]:
    """An affine as four lines of text."""
    return tuple("  ".join(f"{value:10.3f}" for value in row) for row in affine)


def answer(project: Project, name: str, options: Mapping[str, Any]) -> ImportReport:
    """Read the data set again with more options: the answer to a question; NeuroError where it cannot be read so."""
    row = read.dataset(project.store, name)
    merged = {**row.options, **options}
    (done,) = import_data(project, [row.path], kind=row.kind, name=name, copy=row.copied, options=merged)
    return done.report


def _run_leaf(run: "RunFiles", shown: Sequence[str], *, is_alone: bool) -> Leaf:
    entities = {key: str(value) for key, value in run.entities.items()}
    path = tuple(f"{key}-{entities[key]}" for key in _ENTITIES_OF_BRANCHES if key in entities) if not is_alone else ()
    title = " ".join(_entity_text(key, entities[key]) for key in shown if key in entities)
    trouble = "" if is_here(run.bold) else NOT_HERE
    return Leaf(f"{RUN}{run.name}", title if path and title else run.name, path, str(run.bold), trouble)


def _missing_leaf(root: Path, missing: "MissingImage", shown: Sequence[str]) -> Leaf:
    from neurostudio.data.fmri.bids import parse_name

    name = parse_name(missing.path)
    entities = name.entities if name is not None else {}
    path = tuple(f"{key}-{entities[key]}" for key in _ENTITIES_OF_BRANCHES if key in entities)
    words = " ".join(_entity_text(key, entities[key]) for key in shown if key in entities)
    title = words if name is not None and name.is_bold and words else stem(Path(missing.path))
    folder = root if root.is_dir() else root.parent
    return Leaf(f"{IMAGE}{folder / missing.path}", title, path or (IMAGES_BRANCH,), missing.words, NOT_HERE)


def _entity_text(key: str, value: str) -> str:
    return value if key == "task" else f"{key} {value}"


def _file_line(role: str, path: Path | None) -> FileLine:
    if path is None:
        return FileLine(role, "none", "none")
    from neurostudio.data.fmri.missing import absence_of

    absence = absence_of(path)
    if absence is None:
        return FileLine(role, path.name, "here", size_text(path.stat().st_size), str(path.parent))
    wanted = f", {size_text(absence.size_bytes)} in full" if absence.size_bytes else ""
    return FileLine(role, path.name, "missing", "", f"Not downloaded: {absence.reason}{wanted}. {absence.fix}".strip())


def _axes_text(header: "Header") -> str:
    if not header.has_orientation:
        return "unknown: no orientation in the header"
    ways = {"R": "to the right", "L": "to the left", "A": "to the front", "P": "to the back", "S": "up", "I": "down"}
    return f"{''.join(header.axis_codes)}: they run {', '.join(ways[code] for code in header.axis_codes)}"


def _code_text(code: int) -> str:
    names = {0: "none", 1: "scanner", 2: "aligned", 3: "Talairach", 4: "MNI", 5: "template"}
    return f"{code} ({names.get(code, 'unknown')})"


def _numbers_text(header: "Header") -> str:
    if (header.slope, header.inter) in ((1.0, 0.0), (0.0, 0.0)):
        return str(header.dtype)
    return f"{header.dtype}, times {number_text(header.slope)}, plus {number_text(header.inter)}"
