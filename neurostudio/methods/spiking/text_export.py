"""Last stage of ``spiking.text``: the networks as folders of ordinary files, and the page that explains them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurostudio.methods.spiking.ann_folder import AnnFolder
from neurostudio.methods.spiking.export import SpikingModel, plain_pytorch_source, save_folder
from neurostudio.methods.spiking.nir_export import why_not_nir, write_nir
from neurostudio.methods.spiking.text_probes import word_rates

if TYPE_CHECKING:
    from neurostudio.methods.spiking.text import TextRun

NIR_FILE = "model.nir"
_REPORTED = {
    "test/accuracy": "Accuracy of the spiking network (mean over encoder seeds)",
    "test/accuracy_std": "Its standard deviation over encoder seeds",
    "converted/accuracy": "Accuracy before fine-tuning",
    "ann/accuracy": "Accuracy of the ordinary network",
    "test/accuracy_int8": "Accuracy with weights rounded to 8 bits",
    "test/f1_macro": "Mean F1 over the classes",
    "energy/snn_millijoule": "Energy of one sentence, spiking network (mJ, estimate)",
    "energy/ann_millijoule": "Energy of one sentence, ordinary network (mJ, estimate)",
}


def export_networks(work: TextRun) -> None:
    """Write the outputs ``ann``, ``snn`` and ``model-card``."""
    context, data = work.context, work.data
    with context.artifact("ann", "weights", title="Ordinary network, words and vectors") as folder:
        AnnFolder(
            ann=work.ann().cpu(),
            language=data.language,
            length=data.length,
            classes=data.classes,
            vocabulary=data.vocabulary,
            shift=data.shift,
            vectors=data.vectors.cpu(),
            table=data.table.cpu(),
            split_seed=data.split_seed,
        ).save(folder)
    snn = work.snn().cpu()
    model = SpikingModel(snn, word_rates(work), data.classes, work.spec.time_steps, work.encoder, data.language)
    reasons = why_not_nir(snn)
    with context.artifact("snn", "weights", title="Fine-tuned spiking network") as folder:
        save_folder(folder, model, {"identity": context.identity, "metrics": _numbers(work)})
        if not reasons:
            write_nir(snn, data.length, folder / NIR_FILE)
    if reasons:
        context.log(f"No NIR file: {'; '.join(reasons)}.")
    context.text("model-card", _model_card(work, model, reasons), ".md", "Model card", kind="model-card")


def _numbers(work: TextRun) -> dict[str, float]:
    return {name: work.values[name] for name in _REPORTED if name in work.values}


def _model_card(work: TextRun, model: SpikingModel, not_nir: list[str]) -> str:
    spec, data, identity = work.spec, work.data, work.context.identity
    numbers = "\n".join(f"| {_REPORTED[name]} | {value:.6g} |" for name, value in _numbers(work).items())
    nir = f"`{NIR_FILE}` in the folder `snn`." if not not_nir else f"Not written: {'; '.join(not_nir)}."
    made_by = f"Run `{identity['run']}` of `{identity['method']}`, {identity['program']}." if "run" in identity else "A notebook."
    return f"""# Spiking text classifier

{made_by} Method: Lv, Xu and Zheng (2023), Spiking convolutional neural networks for text classification.

Classes: {", ".join(data.classes)}. Language: {data.language}.
Sentences of up to {data.length} words, {len(data.vocabulary) - 2} known words.
Trained on {len(data.train)} sentences, chosen on {len(data.validation)}, tested on {len(data.test)}.

| Number | Value |
|---|---|
{numbers}

{work.values.get("energy/verdict", "")}

## The network

{spec.time_steps} time steps, {work.encoder} input, {model.snn.n_filters} filters for each of the widths
{", ".join(map(str, model.snn.widths))} (words).
Neuron: {model.snn.neuron.convention}. Read-out: {spec.readout}. A spike carries the weight of its layer's threshold.

NIR: {nir}

## Load it without NeuroStudio

The folder `snn` holds `model.safetensors`, `config.json` and `vocabulary.txt`. This program needs torch and safetensors only:

```python
{plain_pytorch_source().strip()}
```
"""
