"""How the values lie in a file: which axes are space, which is time, and which component of a vector, colour or complex is shown."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

# NIfTI intent codes whose fifth axis holds the numbers of one voxel.
_VECTOR_INTENTS = frozenset({*range(2, 25), *range(1004, 1011), 2003, 2004})


@dataclass(frozen=True)
class Axes:
    """What the stored axes are.

    Attributes
    ----------
    n_components : int
        Numbers a voxel has at one time, stored as axes beyond time; the first is shown.
    time_axis : int
        The stored axis that is time, 3 unless a program left that empty.
    """

    shape_3d: tuple[int, int, int]
    n_volumes: int
    n_components: int
    time_axis: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Component:
    """What of a stored value is shown.

    Attributes
    ----------
    field : str
        Field of a colour, ``real`` of a complex number, empty where a value is one number.
    dtype : numpy dtype
        Of what is shown, in the byte order of this machine.
    """

    field: str
    dtype: np.dtype[Any]
    notes: tuple[str, ...] = ()


def axes_of(shape: tuple[int, ...], intent_code: int = 0) -> Axes:
    """Tell space, time and components apart.

    Examples
    --------
    >>> axes_of((64, 64, 30, 1, 200)).n_volumes
    200
    >>> axes_of((64, 64, 30, 1, 3), intent_code=1007).n_components
    3
    """
    sizes = (*shape, 1, 1, 1, 1)[: max(4, len(shape))]
    i, j, k, n_time = sizes[:4]
    beyond = sizes[4:]
    n_beyond = math.prod(beyond)
    notes = []
    time_axis, n_components = 3, n_beyond
    if n_time == 1 and n_beyond > 1 and max(beyond) == n_beyond and intent_code not in _VECTOR_INTENTS:
        time_axis = 4 + beyond.index(n_beyond)
        n_time, n_components = n_beyond, 1
        notes.append(f"Time is axis {time_axis + 1} of the file, as ITK writes it; it is read as the fourth.")
    elif n_components > 1:
        notes.append(f"Each voxel has {n_components} components; the first is shown.")
    elif len(shape) > 3 and shape[-1] == 1:
        notes.append(f"The stored shape {' × '.join(map(str, shape))} has axes of size 1 at its end; they are left out.")
    return Axes((i, j, k), n_time, n_components, time_axis, tuple(notes))


def component_of(stored: np.dtype[Any]) -> Component:
    """Tell what is shown of a stored value."""
    if stored.names:
        first = stored.names[0]
        words = f"Colours ({', '.join(stored.names)}) in each voxel; {first} is shown."
        return Component(first, stored[first].newbyteorder("="), (words,))
    if stored.kind == "c":
        real = np.empty(0, stored.newbyteorder("=")).real.dtype
        return Component("real", real, ("Complex numbers; the real part is shown.",))
    return Component("", stored.newbyteorder("="))
