"""Which view shows an artifact: by its kind, and by the plot that its method wants. Never by the method."""

import importlib

from neurostudio.gui.views.view import View
from neurostudio.store.rows import ArtifactRow

_COLUMNS, _ARRAY, _CONFUSION, _SPIKES = "columns:ColumnsView", "array:ArrayView", "confusion:ConfusionView", "spikes:SpikesView"
_TABLE, _FILE = "table:TableView", "file:FileView"

# what shows the plot of a kind; modules are imported when one is first needed, since plots are heavy to import
_OF_PLOT = {
    ("table", "line"): _COLUMNS,
    ("table", "bars"): _COLUMNS,
    ("table", "scatter"): _COLUMNS,
    ("table", "histogram"): _COLUMNS,
    ("table", "traces"): _COLUMNS,
    ("table", "heatmap"): _CONFUSION,
    ("array", "histogram"): _COLUMNS,
    ("array", "scatter"): _COLUMNS,
    ("array", "bars"): _COLUMNS,
    ("array", "line"): _COLUMNS,
}
_OF_KIND = {
    "table": _TABLE,
    "array": _ARRAY,
    "spikes": _SPIKES,
    "weights": "weights:WeightsView",
    "text": "text:TextView",
    "figure": "figure:FigureView",
    "model-card": "model_card:ModelCardView",
    "volume": "volume.view:VolumeView",
}
_NUMBERS = {"table": _TABLE, "array": _ARRAY}
_HOLDS_WEIGHTS = ".safetensors"


def view_for(artifact: ArtifactRow) -> type[View]:
    """The view of an artifact as its method wants it seen; a list of its files for kinds without a picture."""
    form = artifact.plot.form if artifact.plot else ""
    place = _OF_PLOT.get((artifact.kind, form)) or _OF_KIND.get(artifact.kind, _FILE)
    if artifact.kind == "weights" and not _has_weights(artifact):
        place = _FILE
    return _class_at(place)


def numbers_view_for(artifact: ArtifactRow) -> type[View] | None:
    """The view of the numbers behind the picture of an artifact; None where the picture is all there is."""
    place = _NUMBERS.get(artifact.kind)
    if place is None:
        return None
    found = _class_at(place)
    return None if found is view_for(artifact) else found


def _has_weights(artifact: ArtifactRow) -> bool:
    """Whether a folder of weights holds tensors that can be listed, or is no folder that could be looked into."""
    path = artifact.path
    return not path.is_dir() or next(path.rglob(f"*{_HOLDS_WEIGHTS}"), None) is not None


def _class_at(place: str) -> type[View]:
    module, _, name = place.partition(":")
    found: type[View] = getattr(importlib.import_module(f"neurostudio.gui.views.{module}"), name)
    return found
