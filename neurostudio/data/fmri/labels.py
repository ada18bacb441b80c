"""Label images: which structure or network a point belongs to."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.image import Image, open_image
from neurostudio.data.fmri.label_names import LabelNames, find_label_names, read_label_names


@dataclass(frozen=True, eq=False)
class LabelImage:
    """A label image with the names of its labels.

    Attributes
    ----------
    image : Image
        Loaded.
    names : LabelNames
        Empty where no file with names is known.
    """

    image: Image
    names: LabelNames

    def value_at(self, mm: tuple[float, float, float]) -> int:
        """Label of the voxel that holds the point `mm`; 0, the background, outside the image."""
        voxel = self.image.grid.nearest(mm)
        return 0 if voxel is None else round(float(self.image.value(voxel, 0)))

    def name_at(self, mm: tuple[float, float, float]) -> str:
        """Name of the label at a point; empty for the background, ``label 3`` where label 3 has no name."""
        return self.names.name_of(self.value_at(mm))

    def values(self) -> tuple[int, ...]:
        """The labels that occur, without the background, ascending."""
        found = np.unique(np.asarray(self.image.volume(0)))
        return tuple(int(value) for value in np.rint(found[np.isfinite(found)]) if value != 0)

    def mask_of(self, value: int) -> npt.NDArray[np.bool_]:
        """Where a label stands, shape ``(X, Y, Z)``."""
        mask: npt.NDArray[np.bool_] = np.rint(self.image.volume(0)) == value
        return mask


def open_labels(path: Path, names: Path | None = None) -> LabelImage:
    """Load a label image, and the names beside it or those of the file `names`.

    Raises
    ------
    RequestError
        The image cannot be read, has several volumes or values that are not whole, or `names` holds no names.
    """
    image = open_image(path)
    if image.n_volumes != 1:
        raise RequestError(f"{path} has {image.n_volumes:,} volumes; a label image has one", fix="Show it as a map")
    image.load()
    values = np.asarray(image.volume(0))
    if not np.array_equal(np.rint(values), values):
        image.close()
        raise RequestError(
            f"{path} is no label image: its values are not whole numbers", fix="Show it as a map, or choose another file"
        )
    source = names or find_label_names(path)
    return LabelImage(image, read_label_names(source) if source else LabelNames({}))
