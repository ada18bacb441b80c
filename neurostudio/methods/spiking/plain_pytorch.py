"""Run a spiking text network of NeuroStudio with plain PyTorch (needs torch and safetensors, nothing else).

>>> network = SpikingText("the/folder")
>>> network.classify(["a film that 's n't bad .".split()])        # words as the network was trained on: lower case, split
['positive']
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor


class SpikingText:
    def __init__(self, folder: str | Path) -> None:
        folder = Path(folder)
        self.config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.tensors = load_file(folder / "model.safetensors")
        words = (folder / "vocabulary.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
        self.index = {word: number for number, word in enumerate(words)}  # 0 is padding, 1 an unknown word

    def ids(self, sentences: list[list[str]]) -> Tensor:
        rows = [[self.index.get(word, 1) for word in words[: self.config["length"]]] for words in sentences]
        return torch.tensor([row + [0] * (self.config["length"] - len(row)) for row in rows])

    def neurons(self, layer: str, current: Tensor) -> Tensor:
        """Spikes [time, ...], each with the weight of the threshold, of input currents [time, ...]."""
        neuron, th = self.config["neuron"], self.tensors[f"threshold_{layer}"]
        state = torch.full_like(current[0], self.config["initial_fraction"] * float(th))
        before, spikes = torch.zeros_like(state), []
        for i in current:
            h = torch.add(i, state, alpha=neuron["beta"])
            if neuron["reset"] == "subtract-delayed":
                h = h - th * before
            s = (h > th if neuron["reset"] == "subtract-delayed" else h >= th).to(h.dtype)
            resets = {"subtract": h - th * s, "hard": torch.where(s > 0, neuron["v_reset"], h)}
            state, before = resets.get(neuron["reset"], h), s
            spikes.append(th * s)
        return torch.stack(spikes)

    def scores(self, ids: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Class scores after 1 ... T steps, [time, sentence, class]."""
        n_steps, pooled = self.config["n_steps"], []
        x = self.tensors["rates"][ids].transpose(1, 2)  # rates between 0 and 1, [sentence, n_dim, position]
        if self.config["encoder"] == "bernoulli":
            x = torch.bernoulli(x.expand(n_steps, *x.shape).contiguous(), generator=generator).flatten(0, 1)
        for width in self.config["widths"]:
            current = torch.conv1d(x, self.tensors[f"conv_{width}.weight"])
            current = current.view(-1, len(ids), *current.shape[1:]).expand(n_steps, -1, -1, -1)
            pooled.append(self.neurons(f"conv_{width}", current).mean(3))
        out = self.neurons("pool", torch.cat(pooled, 2)) @ self.tensors["readout.weight"].t()
        out = self.neurons("output", out) if self.config["readout"] == "spikes" else out
        out = out.view(*out.shape[:2], -1, self.config["population"]).sum(3)
        return out.cumsum(0) / torch.arange(1, n_steps + 1).view(-1, 1, 1)

    def classify(self, sentences: list[list[str]]) -> list[str]:
        return [self.config["labels"][k] for k in self.scores(self.ids(sentences))[-1].argmax(1).tolist()]
