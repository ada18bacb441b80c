"""Values of an image at the vertices of the cortex: the mean through the grey matter, as nilearn's ``vol_to_surf`` takes it. No Qt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurostudio.data.fmri.image import Image
from neurostudio.data.fmri.places import Places
from neurostudio.gui.views.surface.mesh import cortex

DEPTHS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Shares of the way from the pial surface to the white matter at which a volume is asked."""

MIDDLE = (0.5,)


@dataclass(frozen=True, eq=False)
class Sampler:
    """The places of the cortex in the grid of one image, found once; then a volume takes some milliseconds."""

    image: Image
    is_labels: bool
    places: Places

    @classmethod
    def of(cls, image: Image, *, is_labels: bool = False) -> "Sampler":
        """Find the places; labels are asked in the middle of the grey matter only, as their mean means nothing."""
        return cls(image, is_labels, Places.of(image.grid, cortex().between(MIDDLE if is_labels else DEPTHS)))

    def values(self, t: int) -> NDArray[np.float32]:
        """Values of the vertices at a volume, shape (V,); the mean of those depths that lie in the image, NaN where none does."""
        header = self.image.header
        stored = self.places.nearest(self.image.raw(t)) if self.is_labels else self.places.linear(self.image.raw(t))
        found = self.places.spread(stored * header.slope + header.inter if header.is_scaled else stored)
        known = np.isfinite(found)
        count = known.sum(axis=0)
        total = np.where(known, found, 0).sum(axis=0, dtype=np.float64)
        with np.errstate(invalid="ignore"):
            mean = np.divide(total, count, out=np.full(found.shape[1], np.nan), where=count > 0)
        return np.asarray(mean, np.float32)
