"""From the rows that a Qt model has to those that it shall have, in few steps: views keep selection, expansion and scroll."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QAbstractItemModel, QModelIndex

from neurostudio.gui.shell.navigator_diff import Move, Remove, steps

T = TypeVar("T")


def change_rows(
    model: QAbstractItemModel,
    parent: QModelIndex,
    rows: list[T],
    wanted: Sequence[str],
    key_of: Callable[[T], str],
    make: Callable[[str], T],
    drop: Callable[[T], None] | None = None,
) -> None:
    """Bring `rows`, which the model shows under `parent`, into the order of the keys `wanted`, and tell its views.

    Parameters
    ----------
    make : function
        Makes the row of a key that is new.
    drop : function, optional
        Told of each row that goes.
    """
    for step in steps([key_of(row) for row in rows], wanted):
        if isinstance(step, Remove):
            model.beginRemoveRows(parent, step.first, step.last)
            for gone in rows[step.first : step.last + 1]:
                if drop is not None:
                    drop(gone)
            del rows[step.first : step.last + 1]
            model.endRemoveRows()
        elif isinstance(step, Move):
            model.beginMoveRows(parent, step.source, step.source, parent, step.target)
            moved = rows.pop(step.source)
            rows.insert(step.target - (step.source < step.target), moved)
            model.endMoveRows()
        else:
            model.beginInsertRows(parent, step.first, step.first + len(step.keys) - 1)
            rows[step.first : step.first] = [make(key) for key in step.keys]
            model.endInsertRows()
