"""The trained ordinary network as a folder: weights, words, vectors and rates, so that another run can go on from it.

``model.safetensors`` holds the network (``conv_3.weight`` ...), ``vectors`` and ``rates`` (both [n_word, n_dim]);
``vocabulary.txt`` the words, one a line; ``config.json`` the rest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.rates import Shift
from neurostudio.methods.spiking.textcnn import TextCNN
from neurostudio.methods.spiking.vocabulary import Language, Vocabulary

ARCHITECTURE = "neurostudio.TextCNN"
_NETWORK = "network."


@dataclass(frozen=True)
class AnnFolder:
    """An ordinary network with everything that made its input; see the module's docstring."""

    ann: TextCNN
    language: Language
    length: int
    classes: tuple[str, ...]
    vocabulary: Vocabulary
    shift: Shift
    vectors: Tensor
    table: Tensor
    split_seed: int

    @property
    def widths(self) -> tuple[int, ...]:
        """Filter widths of the network."""
        return self.ann.widths

    def save(self, folder: Path) -> None:
        """Write the files into an existing folder."""
        tensors = {f"{_NETWORK}{name}": tensor.detach().cpu().contiguous() for name, tensor in self.ann.state_dict().items()}
        save_file(
            tensors | {"vectors": self.vectors.contiguous(), "rates": self.table.contiguous()}, folder / "model.safetensors"
        )
        (folder / "vocabulary.txt").write_text("\n".join(self.vocabulary.words) + "\n", encoding="utf-8", newline="\n")
        document = {
            "architectures": [ARCHITECTURE],
            "n_dim": self.ann.n_dim,
            "n_filters": self.ann.n_filters,
            "widths": list(self.ann.widths),
            "population": self.ann.population,
            "dropout": self.ann.dropout,
            "centred": self.ann.centred,
            "labels": list(self.classes),
            "language": self.language,
            "length": self.length,
            "shift": {"mean": self.shift.mean, "std": self.shift.std, "k": self.shift.k},
            "split_seed": self.split_seed,
        }
        (folder / "config.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> AnnFolder:
        """Read such a folder; RequestError when it holds something else or is damaged."""
        try:
            config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            tensors = load_file(folder / "model.safetensors")
            words = tuple((folder / "vocabulary.txt").read_text(encoding="utf-8").splitlines())
        except (OSError, ValueError, SafetensorError) as error:
            raise RequestError(f"The network in {folder} cannot be read", str(error), "Run the training again") from error
        if config.get("architectures") != [ARCHITECTURE]:
            found = ", ".join(config.get("architectures", ["something else"]))
            raise RequestError(
                f"{folder} holds {found}, not an ordinary text CNN", fix="Give the output 'ann' of a spiking.text run"
            )
        ann = TextCNN(
            config["n_dim"],
            config["n_filters"],
            config["widths"],
            len(config["labels"]),
            config["population"],
            config["dropout"],
            config["centred"],
        )
        ann.load_state_dict({name.removeprefix(_NETWORK): t for name, t in tensors.items() if name.startswith(_NETWORK)})
        return cls(
            ann=ann,
            language=cast("Language", config["language"]),
            length=int(config["length"]),
            classes=tuple(config["labels"]),
            vocabulary=Vocabulary(words),
            shift=Shift(**config["shift"]),
            vectors=tensors["vectors"],
            table=tensors["rates"],
            split_seed=int(config["split_seed"]),
        )
