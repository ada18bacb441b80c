"""What a viewer shows, as the JSON that pictures are drawn from by the command line. No widget is made here."""

from typing import Any

from neurostudio.gui.views.volume.frame import PLANES
from neurostudio.gui.views.volume.viewer import VolumeViewer

FORMS = {"slices": "slices", "lightbox": "mosaic", "glass": "glass"}
SURFACE = "surface"


def look_of(viewer: VolumeViewer, form: str = "") -> dict[str, Any]:
    """The look of a viewer; `form` names another way to show the same layers, such as ``surface``.

    Layers follow the order of the viewer; each names its file by ``origin`` and holds its names and unit.
    """
    scene, lightbox = viewer.scene, viewer.lightbox
    layers = [
        {
            "origin": str(layer.image.path),
            "kind": layer.kind,
            "look": layer.look.as_dict(),
            "unit": layer.unit,
            "names": {str(index): name for index, name in layer.names.items()},
            "colours": {str(index): list(colour) for index, colour in layer.region_colours.items()},
        }
        for layer in scene.layers
    ]
    return {
        "form": form or FORMS[viewer.sheet_name],
        "mm": list(scene.mm),
        "time": scene.time,
        "is_radiological": scene.is_radiological,
        "crosshair": viewer.toolbar.crosshair.isChecked(),
        "plane": lightbox.plane_name,
        "cuts": lightbox.number.value(),
        "ends_mm": _ends_mm(viewer),
        "layers": layers,
    }


def _ends_mm(viewer: VolumeViewer) -> list[float] | None:
    """Where the first and the last slice of the lightbox lie; None before it has been laid out."""
    frame, lightbox = viewer.scene.frame, viewer.lightbox
    if frame is None or lightbox.first.value() == lightbox.last.value():
        return None
    axis = PLANES[lightbox.plane_name][0]
    ends = []
    for box in (lightbox.first, lightbox.last):
        index = [float(place) for place in frame.nearest(viewer.scene.mm)]
        index[axis] = box.value()
        ends.append(float(frame.mm_of(index)[axis]))
    return sorted(ends)
