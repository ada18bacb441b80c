"""Images and surfaces that come with nilearn, found without importing it: that takes seconds, and the window needs only paths."""

from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from neurostudio.core.errors import RequestError

Side = Literal["left", "right"]

_MNI152 = "mni_icbm152_{}_tal_nlin_sym_09a_converted.nii.gz"
_SURFACES = {"white": "white", "pial": "pial", "inflated": "infl", "sphere": "sphere", "flat": "flat"}
_MEASURES = {"sulc": "sulc", "curv": "curv", "thickness": "thick", "area": "area"}


def is_there() -> bool:
    """Whether nilearn, which brings them, is installed."""
    return find_spec("nilearn") is not None


def mni152_t1() -> Path:
    """The T1 image of the MNI152 template, 1 mm, without skull (ICBM 2009a nonlinear symmetric)."""
    return _found(_MNI152.format("t1"))


def mni152_grey() -> Path:
    """How probable grey matter is in the same template."""
    return _found(_MNI152.format("gm"))


def mni152_white() -> Path:
    """How probable white matter is in the same template."""
    return _found(_MNI152.format("wm"))


def fsaverage5(side: Side) -> dict[str, Path]:
    """Surfaces (white, pial, inflated, sphere, flat) and measures (sulc, curv, thickness, area) of a hemisphere, GIFTI.

    10,242 vertices; white and pial are in MNI305 millimetres, which is within a few of MNI152.
    """
    return {name: _found(f"fsaverage5/{short}_{side}.gii.gz") for name, short in {**_SURFACES, **_MEASURES}.items()}


def _found(name: str) -> Path:
    spec = find_spec("nilearn")
    if spec is None or spec.origin is None:
        raise RequestError(
            "The MNI152 template is not here: nilearn, which brings it, is not installed", fix="pip install nilearn"
        )
    path = Path(spec.origin).parent / "datasets" / "data" / name
    if not path.exists():
        raise RequestError(f"nilearn has no {path.name}", f"It was looked for in {path.parent}", "Install nilearn 0.13 or newer")
    return path
