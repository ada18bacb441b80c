"""Confounds of a run: motion and other nuisance series, one row a volume.

Read: fMRIPrep tables (old and new names of columns), motion parameters of FSL mcflirt, SPM, AFNI and the HCP pipelines, and any
other table of numbers. Whatever the file, motion comes out as millimetres and radians in one order.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.text_table import Floats, TextTable, read_text_table
from neurostudio.data.import_report import Problem, lines_in_words, worst_first

HEAD_RADIUS_MM = 50.0
"""Radius of the sphere on which Power et al. (2012) turn rotations into millimetres."""

MOTION = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
"""The six motion parameters, in the order of `Confounds.motion`: millimetres, then radians."""

_OLD_MOTION = ("X", "Y", "Z", "RotX", "RotY", "RotZ")  # fMRIPrep before 1.2
_FRAMEWISE = ("framewise_displacement", "FramewiseDisplacement")
_MOST_ROWS_WITHOUT_VALUE = 2  # second differences lack two


@dataclass(frozen=True)
class _Layout:
    """A file of motion parameters without names, told by the name of the file."""

    form: str
    file_name: re.Pattern[str]
    columns: tuple[str, ...]
    in_degrees: bool = False
    n_column: int = len(MOTION)


_ROTATIONS_FIRST = (*MOTION[3:], *MOTION[:3])
_LAYOUTS = (
    _Layout("mcflirt", re.compile(r"\.par$|mcf|moest|moco", re.IGNORECASE), _ROTATIONS_FIRST),
    _Layout("spm", re.compile(r"^rp_.*\.txt$", re.IGNORECASE), MOTION),
    _Layout("hcp", re.compile(r"^Movement_Regressors.*\.txt$", re.IGNORECASE), MOTION, in_degrees=True, n_column=12),
    # 3dvolreg: roll, pitch, yaw about I-S, R-L and A-P, then shifts along I-S, R-L and A-P
    _Layout(
        "afni",
        re.compile(r"\.1D$", re.IGNORECASE),
        ("rot_z", "rot_x", "rot_y", "trans_z", "trans_x", "trans_y"),
        in_degrees=True,
    ),
)
FORMS = ("fmriprep", *(layout.form for layout in _LAYOUTS), "table")


@dataclass(frozen=True, eq=False)
class Confounds:
    """Columns of numbers, one row a volume.

    Attributes
    ----------
    columns : dict of str to ndarray, shape (n_volumes,)
        In the order of the file; NaN where it says ``n/a``.
    n_volumes : int
        Number of rows.
    form : str
        One of `FORMS`.
    motion : ndarray, shape (n_volumes, 6), or None
        Translations along x, y, z in mm, then rotations about x, y, z in radians; None where the file holds none.
    problems : tuple of Problem
        What was odd; worst first.
    """

    columns: dict[str, Floats]
    n_volumes: int
    form: str
    motion: Floats | None = None
    path: Path | None = None
    problems: tuple[Problem, ...] = ()

    def fd(self, radius_mm: float = HEAD_RADIUS_MM) -> Floats | None:
        """Framewise displacement in mm, shape ``(n_volumes,)``; None where it cannot be known.

        The sum of the absolute changes of the six parameters, rotations as arcs on a sphere of `radius_mm` (Power et al. 2012,
        NeuroImage 59:2142). NaN for the first volume. A table without motion gives its column ``framewise_displacement``.
        """
        if self.motion is None:
            return next((self.columns[name] for name in _FRAMEWISE if name in self.columns), None)
        return framewise_displacement(self.motion, radius_mm)


def framewise_displacement(motion: Floats, radius_mm: float = HEAD_RADIUS_MM) -> Floats:
    """Framewise displacement of Power et al. (2012) in mm, shape ``(n_volumes,)``, of `motion` as in :class:`Confounds`.

    >>> framewise_displacement(np.array([[0.0] * 6, [1.0, 0, 0, 0.01, 0, 0]])).tolist()
    [nan, 1.5]
    """
    steps_mm = np.abs(np.diff(motion * ([1.0] * 3 + [radius_mm] * 3), axis=0)).sum(axis=1)
    return np.concatenate([[np.nan], steps_mm])[: len(motion)]


def read_confounds(path: Path, form: str | None = None) -> Confounds:
    """Read a table of confounds.

    Parameters
    ----------
    path : Path
        A file with names of columns (fMRIPrep, CSV), or numbers alone.
    form : str, optional
        One of `FORMS`; told from the names of the columns or of the file unless given.

    Raises
    ------
    RequestError
        The file cannot be read, a field is no number, a row is too short or too long, or the file does not fit `form`.
    """
    if form is not None and form not in FORMS:
        raise RequestError(f"'{form}' is no form of confounds", fix=f"Use one of: {', '.join(FORMS)}")
    table = read_text_table(path)
    if not table.rows:
        raise RequestError(f"{path} holds no rows", fix="Confounds need one row for each volume")
    layout = _layout(table, form)
    names = table.names or (layout.columns if layout else ())
    names += tuple(f"column_{number}" for number in range(len(names) + 1, table.n_column + 1))
    columns = {name: table.numbers(place) for place, name in enumerate(names)}
    motion = _motion(columns, layout)
    found = layout.form if layout else "fmriprep" if table.names and motion is not None else "table"
    problems = [*table.problems, *_problems(table, columns)]
    if motion is None and len(names) == len(MOTION) and not table.names:
        message = f"{path.name} has six columns without names; whether and in which order they are motion cannot be told"
        problems.append(Problem("note", message))
    return Confounds(columns, len(table.rows), found, motion, path, worst_first(problems))


def _layout(table: TextTable, form: str | None) -> _Layout | None:
    """What a file without names holds, as `form` or the name of the file says."""
    if table.names or form in ("fmriprep", "table"):
        return None
    if form is None:
        fitting = (one for one in _LAYOUTS if one.file_name.search(table.path.name) and one.n_column == table.n_column)
        return next(fitting, None)
    layout = next(one for one in _LAYOUTS if one.form == form)
    if table.n_column != layout.n_column:
        raise RequestError(
            f"{table.path} has {table.n_column} columns, but motion parameters of the form '{form}' have {layout.n_column}"
        )
    return layout


def _motion(columns: dict[str, Floats], layout: _Layout | None) -> Floats | None:
    found = [columns.get(name) for name in MOTION]
    if any(column is None for column in found):
        found = [columns.get(name) for name in _OLD_MOTION]
    if any(column is None for column in found):
        return None
    motion = np.column_stack([column for column in found if column is not None])
    if layout is not None and layout.in_degrees:
        motion[:, 3:] = np.deg2rad(motion[:, 3:])
    return motion


def _problems(table: TextTable, columns: dict[str, Floats]) -> list[Problem]:
    problems = []
    infinite = [name for name, values in columns.items() if np.isinf(values).any()]
    if infinite:
        problems.append(Problem("warning", f"{table.path.name}: infinite values in {_named(infinite)}"))
    empty = [name for name, values in columns.items() if np.isnan(values).all()]
    late = [name for name, values in columns.items() if name not in empty and np.isnan(values[_MOST_ROWS_WITHOUT_VALUE:]).any()]
    if empty:
        problems.append(Problem("warning", f"{table.path.name}: no value at all in {_named(empty)}"))
    if late:
        places = np.flatnonzero(np.isnan(columns[late[0]][_MOST_ROWS_WITHOUT_VALUE:])) + _MOST_ROWS_WITHOUT_VALUE
        lines = [table.lines[place] for place in places]
        problems.append(
            Problem("warning", f"{table.path.name}: values are missing in {_named(late)}, {lines_in_words(lines)} among others")
        )
    return problems


def _named(names: list[str]) -> str:
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return f"the column{'s' * (len(names) > 1)} {', '.join(names[:3])}{more}"
