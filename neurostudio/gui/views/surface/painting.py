"""The pixels of a cortex with a map on it. No Qt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurostudio.gui.views.surface.raster import Raster, covered
from neurostudio.gui.views.volume.colours import region_pixels
from neurostudio.gui.views.volume.layers import Look, pixels

LEAST_LIGHT = 0.72  # of the colours of the map in the shade: they must be found again in the colour bar

_CHANNELS = tuple(np.uint32(shift) for shift in (16, 8, 0))


@dataclass(frozen=True, eq=False)
class Overlay:
    """What lies on the cortex.

    Attributes
    ----------
    values : ndarray, shape (V,)
        Of the vertices.
    hides_zero : bool
        Whether exact zeros are not drawn: those of maps.
    regions : ndarray, optional
        Pixels of regions by their number, where the values are labels.
    """

    values: NDArray[np.float32]
    look: Look
    hides_zero: bool = True
    regions: NDArray[np.uint32] | None = None


def painted(raster: Raster, overlay: Overlay | None) -> NDArray[np.uint32]:
    """Premultiplied ARGB32 pixels, shape (H, W); transparent beside the cortex."""
    shown = raster.bare
    if overlay is not None:
        over = _over(raster, overlay)
        drawn = np.flatnonzero(over)
        shade = LEAST_LIGHT + (1 - LEAST_LIGHT) * raster.light[drawn]
        cover, opacity = raster.cover[drawn], overlay.look.opacity
        colours = _rgb(over[drawn]) * shade[:, None]
        if opacity < 1:
            below = _rgb(raster.bare[drawn]) / np.maximum(cover, 1e-3)[:, None]
            colours = opacity * colours + (1 - opacity) * below
        shown = shown.copy()
        shown[drawn] = covered(colours, cover)
    picture = np.zeros(raster.index.size, np.uint32)
    picture[raster.pixel] = shown
    return picture.reshape(raster.index.shape)


def _rgb(packed: NDArray[np.uint32]) -> NDArray[np.float32]:
    """Red, green and blue, ``[pixel, RGB]`` from 0 to 255."""
    return np.stack([(packed >> shift) & np.uint32(255) for shift in _CHANNELS], axis=1).astype(np.float32)


def _over(raster: Raster, overlay: Overlay) -> NDArray[np.uint32]:
    """Opaque pixels of the map, 0 where it is not drawn."""
    if overlay.regions is not None:
        return region_pixels(raster.nearest_values(overlay.values), overlay.regions)
    return pixels(raster.values(overlay.values), overlay.look, hides_zero=overlay.hides_zero)
