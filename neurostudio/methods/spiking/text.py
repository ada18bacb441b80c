"""``spiking.text``: prepare, train the ordinary network, convert, fine-tune, and measure what came out.

Each stage is a short method here or a function of a ``text_*`` module; the science is in the modules that they call. A resumed
run skips the finished stages and goes on inside a training after the last saved batch, to the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

from neurostudio.core.context import Context
from neurostudio.core.kinds import Plot
from neurostudio.methods.common.stages import Stages
from neurostudio.methods.spiking.ann_folder import AnnFolder
from neurostudio.methods.spiking.conversion import ConversionReport, convert, sweep
from neurostudio.methods.spiking.encoders import Encoder
from neurostudio.methods.spiking.evaluation import ann_logits, evaluate_snn
from neurostudio.methods.spiking.neurons import NeuronParameters
from neurostudio.methods.spiking.preparation import Part, prepare
from neurostudio.methods.spiking.rates import LearnedRates
from neurostudio.methods.spiking.specs import SpikingTextSpec
from neurostudio.methods.spiking.spiking_textcnn import SpikingTextCNN
from neurostudio.methods.spiking.text_export import export_networks
from neurostudio.methods.spiking.text_probes import attack_sentences, explain_sentences
from neurostudio.methods.spiking.text_results import evaluate, measure_energy
from neurostudio.methods.spiking.textcnn import TextCNN
from neurostudio.methods.spiking.training import (
    BatchLoss,
    EpochTrainer,
    TrainingPlan,
    ann_step,
    derive_seed,
    generator_of,
    snn_step,
)

Model = TypeVar("Model", bound=nn.Module)

VALIDATION_SEEDS = 3  # one encoding of a few hundred sentences is too noisy to choose an epoch by
ANN, CONVERTED, SNN, RATES = "ann", "converted", "snn", "rates"


def run(spec: SpikingTextSpec, context: Context) -> None:
    """Do all stages of ``spiking.text``; the function that a worker (or a notebook) calls."""
    torch.set_num_threads(context.cores)
    stages = Stages(context)
    work = TextRun(spec, context, stages)
    stages.run("training", work.train)
    stages.run("conversion", work.convert)
    stages.run("fine-tuning", work.fine_tune)
    stages.run("evaluation", lambda: evaluate(work))
    stages.run("energy", lambda: measure_energy(work))
    stages.run("robustness", lambda: attack_sentences(work))
    stages.run("explanation", lambda: explain_sentences(work))
    stages.run("export", lambda: export_networks(work))


class TextRun:
    """One run: its settings, its data, and the networks as far as they are made.

    Attributes
    ----------
    data : Prepared
        Sentences as rates; with the learned rates once they are there.
    given : AnnFolder or None
        The ordinary network of an earlier run.
    values : dict
        Numbers that a later stage needs of an earlier one, such as ``ann/accuracy``.
    """

    def __init__(self, spec: SpikingTextSpec, context: Context, stages: Stages) -> None:
        self.spec, self.context, self.stages = spec, context, stages
        given = context.input("model")
        self.given = AnnFolder.load(given.path) if given else None
        self.data = prepare(spec, context, self.given, report=stages.is_fresh)
        if RATES in stages.tensors:
            self.data = self.data.with_table(stages.tensors[RATES])
        self.encoder: Encoder = spec.encoder.kind
        self.values = stages.values

    # --- networks and numbers

    def ann(self) -> TextCNN:
        """The trained ordinary network."""
        return self._with_weights(self._new_ann(), ANN)

    def snn(self, which: str = SNN) -> SpikingTextCNN:
        """The spiking network as converted (`CONVERTED`) or fine-tuned (`SNN`)."""
        like = self._new_ann()
        snn = SpikingTextCNN(
            like.n_dim,
            like.n_filters,
            like.widths,
            like.n_class,
            like.population,
            self.neuron,
            self.spec.neuron.initial,
            self.spec.readout,
            like.centred,
        )
        return self._with_weights(snn.to(self.context.device), which)

    @property
    def neuron(self) -> NeuronParameters:
        """The neuron of the settings; thresholds are balanced by layer."""
        settings = self.spec.neuron
        return NeuronParameters(
            beta=settings.beta,
            reset=settings.reset,
            surrogate=settings.surrogate,
            slope=settings.slope,
            detach_reset=settings.detach_reset,
        )

    @property
    def batch(self) -> int:
        """Sentences that are evaluated at once."""
        return self.spec.evaluation.batch

    @property
    def encoder_seeds(self) -> list[int]:
        """Seeds of the encodings that a test is repeated with."""
        return [self.seed("encoding", number) for number in range(self.spec.evaluation.encoder_seeds)]

    def seed(self, *place: str | int) -> int:
        """Seed of one place in this run."""
        return derive_seed(self.context.seed, *place)

    # --- stages

    def train(self) -> None:
        """Train the ordinary network, unless an earlier run brought one; keep the epoch that validates best."""
        if self.given is not None:
            self._keep(ANN, self.given.ann)
            self.context.log("The ordinary network comes from an earlier run; training it is skipped.")
        elif self.spec.vectors.trained:
            self._train_with_rates()
        else:
            ann = self._new_ann()

            def loss(rows: Tensor, seed: int) -> Tensor:
                return ann_step(ann, self._rates(rows), self._labels(rows), seed)

            self._train_ann(ann, loss, lambda: self._ann_accuracy(ann, self.data.validation))
            self._keep(ANN, ann)
        self.values["ann/accuracy"] = self._ann_accuracy(self.ann(), self.data.test)
        self.context.metric("ann/accuracy", self.values["ann/accuracy"])

    def convert(self) -> None:
        """Balance thresholds on training sentences, and compare the converted network with the ordinary one over T."""
        settings = self.spec.conversion
        self.context.progress(0, None, "converting")
        order = torch.randperm(len(self.data.train), generator=generator_of(self.seed("balance")))
        sample = self._rates(order[: settings.sentences])
        snn, report = convert(self.ann(), sample, settings.quantile, self.neuron, self.spec.neuron.initial, self.spec.readout)
        self._keep(CONVERTED, snn)
        self._report_conversion(report)
        if settings.steps:
            self._compare_steps(snn)

    def fine_tune(self) -> None:
        """Train the spiking network with surrogate gradients; the conversion itself counts as epoch 0."""
        settings = self.spec.finetuning
        snn = self.snn(CONVERTED)

        def loss(rows: Tensor, seed: int) -> Tensor:
            return snn_step(
                snn,
                self._rates(rows),
                self._labels(rows),
                seed,
                self.spec.time_steps,
                self.encoder,
                settings.loss,
                settings.rate_penalty,
                settings.rate_target,
            )

        def validate() -> float:
            part, seeds = self.data.validation, [self.seed("validation", number) for number in range(VALIDATION_SEEDS)]
            found = evaluate_snn(
                snn, part.rates, part.labels, self.spec.time_steps, self.encoder, seeds, self.batch, self.context.should_stop
            )
            return found.accuracy

        if settings.epochs:
            plan = TrainingPlan(settings.epochs, settings.batch, settings.lr, clip=settings.clip)
            trainer = self._trainer(snn, loss, plan, "fine-tuning")
            if not trainer.epoch and not trainer.batch:
                score = validate()
                trainer.keep_if_best(score)
                self.context.metric("finetune/validation_accuracy", score, 0)
            self._train(trainer, "finetune/loss", "finetune/validation_accuracy", validate)
        self._keep(SNN, snn)

    # --- inside

    def _train_with_rates(self) -> None:
        """Train the rates of the words together with the network."""
        both = nn.ModuleDict({"ann": self._new_ann(), "rates": LearnedRates(self.data.table)}).to(self.context.device)
        ann, rates = both["ann"], both["rates"]
        assert isinstance(ann, TextCNN)  # noqa: S101 - for the type checker
        assert isinstance(rates, LearnedRates)  # noqa: S101 - for the type checker

        def loss(rows: Tensor, seed: int) -> Tensor:
            return ann_step(ann, rates(self.data.train.rates.ids[rows].to(self.context.device)), self._labels(rows), seed)

        self._train_ann(both, loss, lambda: self._ann_accuracy(ann, self.data.with_table(rates.table().cpu()).validation))
        self.stages.tensors[RATES] = rates.table().cpu()
        self.data = self.data.with_table(self.stages.tensors[RATES])
        self._keep(ANN, ann)

    def _train_ann(self, model: nn.Module, loss: BatchLoss, validate: Callable[[], float]) -> None:
        settings = self.spec.training
        plan = TrainingPlan(settings.epochs, settings.batch, settings.lr, settings.weight_decay)
        self._train(self._trainer(model, loss, plan, "training"), "train/loss", "validation/accuracy", validate)

    def _trainer(self, model: nn.Module, loss: BatchLoss, plan: TrainingPlan, phase: str) -> EpochTrainer:
        """A trainer that stands where the last checkpoint of this stage left off."""
        trainer = EpochTrainer(model, loss, len(self.data.train), plan, self.context.seed, phase)
        under_way = self.stages.state_under_way()
        if under_way is not None:
            trainer.load_state(*under_way)
        return trainer

    def _train(self, trainer: EpochTrainer, loss_name: str, accuracy_name: str, validate: Callable[[], float]) -> None:
        """Train to the end, report each batch, save now and then; the model ends with the weights that validated best."""
        total = trainer.plan.n_epoch * trainer.n_batch
        for step in trainer.run():
            done = step.epoch * step.n_batch + step.batch + 1
            self.context.metric(loss_name, step.loss, done)
            if step.ends_epoch:
                score = validate()
                trainer.keep_if_best(score)
                self.context.metric(accuracy_name, score, step.epoch + 1)
            self.context.progress(done, total, trainer.phase, "batches")
            place = f"{trainer.phase}, epoch {step.epoch + 1}, batch {step.batch + 1}"
            if self.context.should_stop():
                self.stages.save(place, trainer.state)
            else:
                self.stages.save_now_and_then(place, trainer.state)
            self.context.check_stop()
        trainer.restore_best()

    def _compare_steps(self, snn: SpikingTextCNN) -> None:
        part = self.data.test
        rows = sweep(
            self.ann(),
            snn,
            part.rates,
            part.labels,
            self.spec.conversion.steps,
            self.encoder,
            self.seed("sweep"),
            self.batch,
            self.context.should_stop,
        )
        self.context.table(
            "accuracy-by-steps",
            {
                "T": [row.n_steps for row in rows],
                "converted": [row.accuracy for row in rows],
                "agreement": [row.agreement for row in rows],
            },
            "Converted network against time steps",
            Plot(
                "line",
                x="T",
                y=("converted", "agreement"),
                x_label="Time steps T",
                y_label="Share of test sentences",
                baselines={"ANN accuracy": self.values["ann/accuracy"]},
                caption="Accuracy of the converted network, and how often it says what the ordinary network says.",
            ),
        )

    def _report_conversion(self, report: ConversionReport) -> None:
        layers = list(report.thresholds)
        self.context.table(
            "thresholds",
            {
                "layer": layers,
                "threshold": [report.thresholds[layer] for layer in layers],
                "clipped_share": [report.clipped[layer] for layer in layers],
            },
            f"Thresholds at the {report.quantile:.4g} quantile, and the share of activations above them",
        )
        for layer in report.silent:
            self.context.log(
                f"No unit of {layer} is active on the training sentences; its threshold stays at its default.", "warning"
            )

    def _ann_accuracy(self, ann: TextCNN, part: Part) -> float:
        logits = ann_logits(ann, part.rates, self.batch, self.context.should_stop)
        return float((logits.argmax(-1) == part.labels).double().mean())

    def _new_ann(self) -> TextCNN:
        """The ordinary network of the settings (or of the earlier run), with its first weights."""
        network = self.spec.network
        n_dim, n_class = self.data.table.shape[1], len(self.data.classes)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed("weights"))
            if self.given is not None:
                like = self.given.ann
                ann = TextCNN(like.n_dim, like.n_filters, like.widths, like.n_class, like.population, like.dropout, like.centred)
            else:
                ann = TextCNN(n_dim, network.filters, network.widths, n_class, network.population, network.dropout)
        return ann.to(self.context.device)

    def _rates(self, rows: Tensor) -> Tensor:
        """Rates [row, length, n_dim] of training sentences, on the device."""
        return self.data.train.rates[rows]

    def _labels(self, rows: Tensor) -> Tensor:
        return self.data.train.labels[rows].to(self.context.device)

    def _keep(self, name: str, model: nn.Module) -> None:
        """Hand a network on to the later stages, and to a resumed run."""
        kept = {key: value.detach().cpu().clone() for key, value in model.state_dict().items()}
        self.stages.tensors.update({f"{name}/{key}": value for key, value in kept.items()})

    def _with_weights(self, model: Model, name: str) -> Model:
        prefix = f"{name}/"
        kept = {key.removeprefix(prefix): value for key, value in self.stages.tensors.items() if key.startswith(prefix)}
        model.load_state_dict(kept)
        return model
