"""Features of pictures from a layer of a vision model that transformers can load."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.data.readers.language_model import PICTURE_SETTINGS, LanguageModelFolder
from neurostudio.methods.fmri.features.language import layer_place
from neurostudio.methods.fmri.features.pretrained import load_model

_MEAN = (0.5, 0.5, 0.5)
_SPREAD = (0.5, 0.5, 0.5)


@dataclass(frozen=True, eq=False)
class VisionModel:
    """A vision model in memory.

    Attributes
    ----------
    name : str
    model
        As transformers loads it, in evaluation mode.
    n_layer : int
    size : int
        Pixels of a side of its input.
    mean, spread : tuple of float
        What its inputs are centred and scaled by, for red, green and blue from 0 to 1.
    """

    name: str
    model: Any
    n_layer: int
    size: int
    mean: tuple[float, ...]
    spread: tuple[float, ...]

    def layer(self, wanted: int | None) -> int:
        """Place among the hidden states: None the middle, negative from the end."""
        return layer_place(wanted, self.n_layer, self.name, "pictures.layer")

    def states(self, pictures: Sequence[NDArray[np.uint8]], place: int) -> NDArray[np.float32]:
        """Hidden state of each picture, averaged over its patches or pixels: (n_picture, n_hidden)."""
        import torch

        given = torch.from_numpy(np.stack([self._input(picture) for picture in pictures]))
        with torch.inference_mode():
            device = next(self.model.parameters()).device
            output = self.model(pixel_values=given.to(device), output_hidden_states=True)
        hidden = output.hidden_states[place].float().cpu().numpy()
        if not np.isfinite(hidden).all():
            raise NeuroError(f"{self.name} gives values that are not finite", fix="Choose another layer, or check the model")
        # [picture, patch, unit] of a transformer, or [picture, unit, row, column] of a convolutional network
        return np.asarray(hidden.mean(axis=1) if hidden.ndim == 3 else hidden.mean(axis=(2, 3)), np.float32)

    def _input(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        from PIL import Image

        height, width, _ = picture.shape
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        square = Image.fromarray(picture[top : top + side, left : left + side])
        values = np.asarray(square.resize((self.size, self.size), Image.Resampling.BICUBIC), np.float32) / 255
        centred = (values - np.array(self.mean)) / np.array(self.spread)
        return np.asarray(centred.transpose(2, 0, 1), np.float32)


def load_vision_model(folder: LanguageModelFolder, device: str = "cpu") -> VisionModel:
    """Load a vision model from a folder.

    Raises
    ------
    NeuroError
        It cannot be loaded, or takes no pictures.
    """
    config = folder.config.get("vision_config", folder.config)
    size = config.get("image_size")
    if isinstance(size, list) and size:
        size = size[0]
    settings = _settings(folder)
    if not isinstance(size, int):
        size = _size_of(settings)
    if size is None:
        raise RequestError(
            f"{folder.path} is no vision model: its configuration names no image_size", fix="Give one that takes pictures"
        )
    model = load_model(folder, device)
    model = getattr(model, "vision_model", model)
    n_layer = getattr(model.config, "num_hidden_layers", None) or len(getattr(model.config, "depths", ()))
    if not n_layer:
        raise RequestError(f"{folder.path.name} does not say how many layers it has", fix="Give another vision model")
    mean, spread = settings.get("image_mean", _MEAN), settings.get("image_std", _SPREAD)
    return VisionModel(folder.path.name, model, int(n_layer), int(size), tuple(mean), tuple(spread))


def _settings(folder: LanguageModelFolder) -> dict[str, Any]:
    for name in PICTURE_SETTINGS:
        file = folder.path / name
        if file.is_file():
            try:
                found = json.loads(file.read_text(encoding="utf-8"))
            except ValueError as error:
                raise RequestError(f"{file} is no readable JSON", str(error), "Get the model again") from error
            inner = found.get("image_processor", found)
            return dict(inner)
    return {}


def _size_of(settings: dict[str, Any]) -> int | None:
    size = settings.get("crop_size", settings.get("size"))
    if isinstance(size, dict):
        size = size.get("height", size.get("shortest_edge"))
    return size if isinstance(size, int) else None
