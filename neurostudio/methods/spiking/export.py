"""A spiking network as a folder of ordinary files, and back.

``model.safetensors``
    ``conv_3.weight`` ... [filter, n_dim, width], ``readout.weight`` [class x population, filter of all widths],
    ``threshold_conv_3`` ... (scalars), ``rates`` [n_word, n_dim].
``config.json``
    Sizes, labels, time steps, encoder, and the neuron with its convention in words.
``vocabulary.txt``
    One word a line, in the order of ``rates``; line 1 is padding, line 2 the unknown word.

:func:`plain_pytorch_source` is a program that runs such a folder with torch and safetensors alone.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.core.files import write_json, write_text
from neurostudio.methods.spiking import plain_pytorch
from neurostudio.methods.spiking.encoders import Encoder
from neurostudio.methods.spiking.neurons import NeuronParameters
from neurostudio.methods.spiking.scoring import SpikingScorer, WordRates
from neurostudio.methods.spiking.spiking_textcnn import SpikingTextCNN
from neurostudio.methods.spiking.vocabulary import Language, Vocabulary

ARCHITECTURE = "neurostudio.SpikingTextCNN"
_FORMAT = 1
_WEIGHTS, _CONFIG, _WORDS = "model.safetensors", "config.json", "vocabulary.txt"
_RATES = "rates"


@dataclass(frozen=True)
class SpikingModel:
    """A spiking network with all that it needs to read a sentence."""

    snn: SpikingTextCNN
    words: WordRates
    labels: tuple[str, ...]
    n_steps: int
    encoder: Encoder
    language: Language

    def scorer(self, seeds: Sequence[int] = (0,)) -> SpikingScorer:
        """Token lists -> class probabilities, mean over encoder seeds."""
        return SpikingScorer(self.snn, self.words, self.n_steps, self.encoder, tuple(seeds))


def save_folder(folder: Path, model: SpikingModel, extra: Mapping[str, Any] | None = None) -> None:
    """Write the files of a spiking network into a folder, which is made where it is missing.

    Parameters
    ----------
    folder : Path
    model : SpikingModel
        Centred filters are folded in the file; the network itself is left as it is.
    extra : mapping, optional
        More JSON values for ``config.json``, such as metrics.
    """
    snn = model.snn
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: value.detach().cpu().contiguous() for name, value in snn.state_dict().items()}
    tensors |= {f"conv_{width}.weight": snn.kernel(width).detach().cpu().contiguous() for width in snn.widths}
    save_file(tensors | {_RATES: model.words.table.cpu().contiguous()}, folder / _WEIGHTS)
    write_text(folder / _WORDS, "\n".join(model.words.vocabulary.words) + "\n")
    config = {
        "architectures": [ARCHITECTURE],
        "format": _FORMAT,
        "n_dim": snn.n_dim,
        "n_filters": snn.n_filters,
        "widths": list(snn.widths),
        "population": snn.population,
        "labels": list(model.labels),
        "length": model.words.length,
        "language": model.language,
        "n_steps": model.n_steps,
        "encoder": model.encoder,
        "readout": snn.readout_kind,
        "initial_fraction": snn.initial_fraction,
        "neuron": asdict(snn.neuron),
        "neuron_convention": snn.neuron.convention,
        "thresholds": {layer: snn.threshold(layer) for layer in snn.spiking_layers},
    }
    write_json(folder / _CONFIG, {**(extra or {}), **config})


def load_folder(folder: Path) -> SpikingModel:
    """Read a folder that :func:`save_folder` wrote.

    Raises
    ------
    RequestError
        When files are missing or damaged, or hold another kind of network, or a newer format.
    """
    missing = [name for name in (_CONFIG, _WEIGHTS, _WORDS) if not (folder / name).is_file()]
    if missing:
        raise RequestError(
            f"{folder} is not a spiking network: it has no {' and no '.join(missing)}",
            fix="Give the output 'snn' of a spiking.text run",
        )
    try:
        config: dict[str, Any] = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
        tensors = load_file(folder / _WEIGHTS)
        words = (folder / _WORDS).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, ValueError, SafetensorError) as error:
        raise RequestError(f"The spiking network in {folder} cannot be read", str(error), "Export it again") from error
    if config.get("architectures") != [ARCHITECTURE]:
        found = ", ".join(map(str, config.get("architectures") or ["something else"]))
        raise RequestError(
            f"{folder} holds {found}, not a spiking text network", fix="Give the output 'snn' of a spiking.text run"
        )
    if config["format"] > _FORMAT:
        raise NeuroError(f"The spiking network in {folder} was written by a newer version", fix="Update NeuroStudio")
    try:
        snn = SpikingTextCNN(
            config["n_dim"],
            config["n_filters"],
            config["widths"],
            len(config["labels"]),
            config["population"],
            NeuronParameters(**config["neuron"]),
            config["initial_fraction"],
            config["readout"],
            centred=False,
        )
        table = tensors.pop(_RATES)
        snn.load_state_dict(tensors)
        vocabulary = Vocabulary(tuple(words))
    except (KeyError, TypeError, RuntimeError) as error:
        why = str(error).splitlines()[0]
        raise RequestError(f"The files in {folder} do not fit together", why, "Export the network again") from error
    if len(vocabulary) != len(table):
        raise RequestError(f"{folder} has {len(vocabulary)} words, but rates for {len(table)}", fix="Export the network again")
    snn.eval()
    word_rates = WordRates(vocabulary, table, int(config["length"]))
    return SpikingModel(snn, word_rates, tuple(config["labels"]), int(config["n_steps"]), config["encoder"], config["language"])


def plain_pytorch_source() -> str:
    """Source of a small program that loads and runs an exported folder with torch and safetensors alone."""
    return inspect.getsource(plain_pytorch)
