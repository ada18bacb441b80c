"""A live session: type a sentence, see its spikes, its class curves and its energy at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from neurostudio.core.context import Context
from neurostudio.core.errors import NeuroError
from neurostudio.methods.spiking.energy import PRESETS, simple_energy
from neurostudio.methods.spiking.evaluation import measure_activity
from neurostudio.methods.spiking.explain import explain
from neurostudio.methods.spiking.export import load_folder
from neurostudio.methods.spiking.rates import UNKNOWN
from neurostudio.methods.spiking.specs import SpikingTextSpec
from neurostudio.methods.spiking.vocabulary import tokenise


class TextSession:
    """Keeps a fine-tuned network (the output ``snn`` of a run) in memory.

    A request is ``{"text": "a small gem", "seed": 0}``. The answer comes in parts, the quickest first: ``words``,
    ``decision``, ``spikes``, ``energy``.
    """

    def __init__(self, spec: SpikingTextSpec, context: Context) -> None:
        given = context.input("model")
        if given is None:
            raise NeuroError("A live session needs a trained network", fix="Give the output 'snn' of a run as the input 'model'")
        torch.set_num_threads(context.cores)
        self._model = load_folder(given.path)
        self._model.snn.eval()
        self._constants = PRESETS[spec.energy.preset].with_changes(spec.energy.constants_pj)
        self._count_padding = spec.energy.count_padding

    def handle(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Answer one request; NeuroError when it has no words."""
        text, seed = str(request.get("text", "")).strip(), int(request.get("seed", 0))
        model = self._model
        tokens = tokenise(text, model.language)
        if not tokens:
            raise NeuroError("The sentence has no words", fix="Type a sentence")
        kept = tokens[: model.words.length]
        known = [model.words.vocabulary.index.get(word, UNKNOWN) != UNKNOWN for word in kept]
        yield {"words": {"words": kept, "known": known, "n_cut": len(tokens) - len(kept)}}

        found = explain(model.snn, kept, model.words, model.n_steps, model.encoder, seed)
        scores = found.class_curves[-1]
        yield {
            "decision": {
                "label": model.labels[found.predicted],
                "labels": list(model.labels),
                "probabilities": scores.softmax(0).tolist(),
                "class_curves": found.class_curves.t().tolist(),
                "by_occlusion": found.by_occlusion.tolist(),
                "by_spikes": found.by_spikes.tolist(),
            }
        }
        yield {"spikes": {"input": found.input_raster.tolist(), "layers": _rasters(found.output.spikes)}}

        activity = measure_activity(model.snn, model.words([kept]), model.n_steps, model.encoder, seed)
        report = simple_energy(model.snn, activity, self._constants, self._count_padding)
        energy = {name: report.millijoule(name) for name in (report.reference, report.spiking)}
        yield {"energy": {"millijoule": energy, "verdict": report.verdict()}}


def _rasters(spikes: dict[str, torch.Tensor]) -> dict[str, dict[str, Any]]:
    """Layer -> step (from 1) and neuron of each spike, and how many neurons there are."""
    rasters = {}
    for layer, tensor in spikes.items():
        flat = tensor[:, 0].flatten(1)
        times, units = flat.nonzero(as_tuple=True)
        rasters[layer] = {"times": (times + 1).tolist(), "units": units.tolist(), "n_neuron": flat.shape[1]}
    return rasters
