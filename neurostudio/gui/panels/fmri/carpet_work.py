"""Making the carpet of a run: its mask, regions and motion are read where they lie, in a thread. No Qt."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurostudio.core.errors import NeuroError
from neurostudio.data.fmri.image import Image, open_image
from neurostudio.gui.views.timeline.carpet_data import Carpet, Order, make_carpet
from neurostudio.gui.views.timeline.traces import FRAMEWISE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from neurostudio.gui.panels.fmri.opened import OpenRun


def carpet_of(
    opened: "OpenRun",
    order: Order,
    labels: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Carpet:
    """The carpet of a run that is read to its end.

    Parameters
    ----------
    labels : Path, optional
        Label image for the order ``labels``; it is asked at the voxels of the run, whatever its grid.

    Raises
    ------
    NeuroError
        An image beside the run cannot be read, or what the order needs is not there.
    Cancelled
        `should_stop` said so.
    """
    mask = opened.run.mask if opened.run is not None else None
    displacement = opened.traces().get(FRAMEWISE)
    found: dict[str, Any] = {}
    if order == "labels" and labels is not None:
        from neurostudio.gui.views.volume.names import names_beside

        found = {"labels": on_grid(labels, opened.image).astype(np.int64), "names": names_beside(labels).names}
    inside = on_grid(mask, opened.image) > 0 if mask is not None else None
    return make_carpet(opened.image, inside, order, fd_mm=displacement, progress=progress, should_stop=should_stop, **found)


def on_grid(path: Path, image: Image) -> "NDArray[np.float32]":
    """The values of another image at the voxels of this one, ``[x, y, z]``; 0 outside of it.

    Raises
    ------
    NeuroError
        It cannot be read, or lies elsewhere altogether.
    """
    other = open_image(path)
    other.load()
    if other.grid.close_to(image.grid):
        values = other.volume(0)
    else:
        voxels = np.moveaxis(np.indices(image.grid.shape), 0, -1)
        values = other.sample(image.grid.mm_of(voxels), 0, linear=False)
    values = np.nan_to_num(values, nan=0.0)
    if not values.any():
        raise NeuroError(f"{path.name} has no voxel within this image", fix="Look whether both are in the same space")
    return np.asarray(values, dtype=np.float32)
