"""Reader of model folders as transformers writes them: configuration, safetensors weights, tokenizer or picture settings.

Only descriptions are read here, never the weights themselves. Weights in pickle form (.bin, .pt, .pth, .ckpt) are refused:
opening one can run any program that its author put in.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from neurostudio.core.errors import RequestError
from neurostudio.data.encoding import explained
from neurostudio.data.import_report import ImportReport, Problem, worst_first
from neurostudio.data.options import check_options
from neurostudio.data.registry import Reader

KIND = "language-model"

CONFIG = "config.json"
INDEX = "model.safetensors.index.json"
TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "spiece.model")
PICTURE_SETTINGS = ("preprocessor_config.json", "processor_config.json")
PICKLED = (".bin", ".pt", ".pth", ".ckpt")

_LARGEST_HEADER = 100 << 20
_SAMPLE_TENSORS = 5


@dataclass(frozen=True)
class LanguageModelFolder:
    """A model that transformers can load from a folder.

    Attributes
    ----------
    path : Path
        The folder.
    architecture : str
        Class that wrote it, such as ``LlamaForCausalLM``; the model type where that is not said.
    config : dict
        Its configuration.
    weights : tuple of Path
        Its safetensors files.
    has_tokenizer, has_picture_settings : bool
        Whether it says how to cut text into tokens, or how to bring pictures to its input.
    """

    path: Path
    architecture: str
    config: dict[str, Any]
    weights: tuple[Path, ...]
    has_tokenizer: bool
    has_picture_settings: bool

    @property
    def n_layer(self) -> int | None:
        """Number of layers, where the configuration says it."""
        return _count(self.config, ("num_hidden_layers", "n_layer", "n_layers", "num_layers"))

    @property
    def n_hidden(self) -> int | None:
        """Length of a hidden state, where the configuration says it."""
        return _count(self.config, ("hidden_size", "n_embd", "d_model"))

    @property
    def context(self) -> int | None:
        """Most tokens that the model was made for, where the configuration says it."""
        return _count(self.config, ("max_position_embeddings", "n_positions", "n_ctx"))


class LanguageModelReader:
    """Reads folders of transformers models; text and vision models alike."""

    kind = KIND

    def recognise(self, path: Path) -> float:
        """How surely `path` is a model folder, 0 to 1."""
        config = path / CONFIG
        if not path.is_dir() or not config.is_file():
            return 0.0
        try:
            settings = _config(path)
        except RequestError:
            return 0.0
        if not ("model_type" in settings or "architectures" in settings):
            return 0.0
        return 0.95 if list(path.glob("*.safetensors")) else 0.6

    def inspect(self, path: Path, options: Mapping[str, Any]) -> ImportReport:
        """Architecture, layers, parameters and what is missing; the weights are not read."""
        check_options(options, (), KIND)
        return _read(path)[1]

    def open(self, path: Path, options: Mapping[str, Any]) -> LanguageModelFolder:
        """The folder; RequestError where it cannot be loaded safely."""
        check_options(options, (), KIND)
        folder, report = _read(path)
        if report.errors:
            raise RequestError(f"{path} cannot be used", report.errors[0].message)
        return folder


def _read(path: Path) -> tuple[LanguageModelFolder, ImportReport]:
    if not path.is_dir():
        raise RequestError(
            f"{path} is a file, but a model is a folder", fix=f"Give the folder that holds {CONFIG} and *.safetensors"
        )
    config = _config(path)
    weights = tuple(sorted(path.glob("*.safetensors")))
    problems = [*_missing(path, config, weights)]
    tensors: dict[str, tuple[str, tuple[int, ...]]] = {}
    for file in weights:
        try:
            tensors |= _tensors(file)
        except RequestError as error:
            problems.append(Problem("error", str(error)))
    folder = LanguageModelFolder(
        path,
        _architecture(config),
        config,
        weights,
        any((path / name).is_file() for name in TOKENIZERS),
        any((path / name).is_file() for name in PICTURE_SETTINGS),
    )
    facts = {
        "architecture": folder.architecture,
        "layers": folder.n_layer,
        "hidden": folder.n_hidden,
        "context": folder.context,
        "vocabulary": _count(config, ("vocab_size",)),
        "parameters": sum(prod(shape) for _, shape in tensors.values()),
        "types": sorted({kind for kind, _ in tensors.values()}),
        "tokenizer": folder.has_tokenizer,
        "pictures": folder.has_picture_settings,
        "size_bytes": sum(file.stat().st_size for file in weights),
    }
    sample = tuple({"tensor": name, "shape": list(tensors[name][1])} for name in list(tensors)[:_SAMPLE_TENSORS])
    return folder, ImportReport(KIND, "transformers", facts, worst_first(problems), sample)


def _config(path: Path) -> dict[str, Any]:
    file = path / CONFIG
    if not file.is_file():
        raise RequestError(f"{path} holds no {CONFIG}", fix="Give a folder as transformers' save_pretrained writes it")
    with explained(file):
        try:
            config = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise RequestError(f"{file} is no readable JSON", str(error), "Get the model again") from error
    if not isinstance(config, dict):
        raise RequestError(f"{file} holds no settings", fix="Get the model again")
    return config


def _architecture(config: Mapping[str, Any]) -> str:
    named = config.get("architectures")
    first = named[0] if isinstance(named, list) and named else config.get("model_type", "unknown")
    return str(first)


def _missing(path: Path, config: Mapping[str, Any], weights: tuple[Path, ...]) -> list[Problem]:
    problems = []
    pickled = sorted(file.name for file in path.iterdir() if file.suffix in PICKLED and file.name != "training_args.bin")
    if not weights and pickled:
        problems.append(
            Problem(
                "error",
                f"The weights are in pickle form ({pickled[0]}), which can run any program when it is opened. On a computer "
                "where you trust the model, load it with transformers and write it again with "
                "model.save_pretrained(folder): that gives model.safetensors",
            )
        )
    elif not weights:
        problems.append(Problem("error", "There are no weights (*.safetensors) in the folder"))
    elif pickled:
        problems.append(Problem("note", f"{pickled[0]} is not used: the safetensors weights are"))
    problems += _missing_parts(path)
    if "model_type" not in config:
        problems.append(Problem("error", f"{CONFIG} does not say the model_type, so transformers has no class for it"))
    if "auto_map" in config:
        problems.append(
            Problem(
                "warning", "The model brings code of its own, which is never run; it works only if transformers knows its type"
            )
        )
    if not any((path / name).is_file() for name in (*TOKENIZERS, *PICTURE_SETTINGS)):
        problems.append(Problem("warning", "There is no tokenizer, so the model cannot read text"))
    return problems


def _missing_parts(path: Path) -> list[Problem]:
    """Files that the index of a model in several parts names and that are not there."""
    index = path / INDEX
    if not index.is_file():
        return []
    try:
        named = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (ValueError, KeyError, AttributeError, OSError):
        return [Problem("error", f"{INDEX} cannot be read; get it again")]
    missing = sorted(name for name in named if not (path / str(name)).is_file())
    return [Problem("error", f"{len(missing)} of {len(named)} parts are missing, such as {missing[0]}")] if missing else []


def _tensors(file: Path) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Name -> (type, shape) of each tensor, from the header of a safetensors file; checks that the file is whole."""
    damaged = f"{file.name} is no whole safetensors file"
    with explained(file), file.open("rb") as stream:
        size = file.stat().st_size
        start = stream.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= min(_LARGEST_HEADER, size - 8):
            raise RequestError(damaged, "Its header is damaged or cut off", "Get it again")
        try:
            header = json.loads(stream.read(length))
            entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
            found = {name: (str(entry["dtype"]), tuple(map(int, entry["shape"]))) for name, entry in entries.items()}
            end = max((int(entry["data_offsets"][1]) for entry in entries.values()), default=0)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise RequestError(damaged, "Its header is damaged", "Get it again") from error
    if 8 + length + end > size:
        raise RequestError(damaged, f"It has {size:,} bytes, and its header names {8 + length + end:,}", "Get it again")
    return found


def _count(config: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    inner = config.get("text_config")
    for settings in (config, inner if isinstance(inner, Mapping) else {}):
        for name in names:
            if isinstance(settings.get(name), int):
                return int(settings[name])
    return None


READERS: tuple[Reader, ...] = (LanguageModelReader(),)
