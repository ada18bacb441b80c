"""Training of both networks: losses, one loss per batch, and a loop that can stop after any batch and go on bit for bit.

No random state is ever saved. Every random number comes from :func:`derive_seed` of the run's seed and the place where it
is used (phase, epoch, batch), so the batch after a resume draws what it would have drawn anyway.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.methods.spiking.encoders import Encoder, encode
from neurostudio.methods.spiking.spiking_textcnn import SpikingOutput, SpikingTextCNN
from neurostudio.methods.spiking.textcnn import TextCNN

Loss = Literal["membrane", "rate"]
BatchLoss = Callable[[Tensor, int], Tensor]

_SEED_BYTES = 8
_SEED_MASK = (1 << 63) - 1  # torch takes signed 64-bit seeds


def derive_seed(seed: int, *names: str | int) -> int:
    """Seed of one place in a run, from the run's seed and the names of the place.

    Examples
    --------
    >>> derive_seed(0, "ann", 3) == derive_seed(0, "ann", 3)
    True
    >>> derive_seed(0, "ann", 3) == derive_seed(1, "ann", 3)
    False
    """
    place = "/".join((str(seed), *map(str, names)))
    digest = hashlib.blake2b(place.encode(), digest_size=_SEED_BYTES).digest()
    return int.from_bytes(digest, "little") & _SEED_MASK


def generator_of(seed: int, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator with that seed."""
    return torch.Generator(device=device).manual_seed(seed)


def ce_membrane(output: SpikingOutput, labels: Tensor) -> Tensor:
    """Cross-entropy of the time mean of the read-out."""
    return functional.cross_entropy(output.logits, labels)


def ce_rate(output: SpikingOutput, labels: Tensor) -> Tensor:
    """Cross-entropy of the output spikes of each step (populations summed), averaged over steps: the paper's loss."""
    n_steps = output.step_scores.shape[0]
    return functional.cross_entropy(output.step_scores.flatten(0, 1), labels.repeat(n_steps))


def rate_penalty(output: SpikingOutput, target: float) -> Tensor:
    """Sum over layers of the mean firing above the target rate: ``sum mean(max(0, rate - target))``."""
    return torch.stack([(rate - target).clamp_min(0).mean() for rate in output.rates.values()]).sum()


def ann_step(ann: TextCNN, rates: Tensor, labels: Tensor, seed: int) -> Tensor:
    """Loss of the ordinary network on one batch; `seed` draws the dropout mask."""
    return functional.cross_entropy(ann(rates, generator_of(seed, rates.device)), labels)


def snn_step(
    snn: SpikingTextCNN,
    rates: Tensor,
    labels: Tensor,
    seed: int,
    n_steps: int,
    encoder: Encoder = "bernoulli",
    loss: Loss = "membrane",
    penalty: float = 0.0,
    target_rate: float = 0.1,
) -> Tensor:
    """Loss of the spiking network on one batch, with freshly drawn spikes.

    Parameters
    ----------
    rates : Tensor, shape [batch, length, n_dim]
    labels : Tensor, shape [batch], int64
    seed : int
        Draws the input spikes.
    loss : Loss
        ``membrane`` (:func:`ce_membrane`) or ``rate`` (:func:`ce_rate`, needs spiking output neurons).
    penalty, target_rate : float
        Weight rho of :func:`rate_penalty` and its target.
    """
    if loss == "rate" and snn.readout_kind != "spikes":
        raise RequestError(
            "The loss 'rate' counts output spikes, but the read-out is an accumulator",
            fix="Set the read-out to 'spikes', or the loss to 'membrane'",
        )
    output = snn(encode(encoder, rates, n_steps, generator_of(seed, rates.device)), n_steps)
    value = ce_membrane(output, labels) if loss == "membrane" else ce_rate(output, labels)
    return value + penalty * rate_penalty(output, target_rate) if penalty else value


@dataclass(frozen=True)
class TrainingPlan:
    """How to train: epochs, sentences of a batch, AdamW's learning rate and weight decay, largest gradient norm (or None)."""

    n_epoch: int
    batch: int
    lr: float
    weight_decay: float = 0.0
    clip: float | None = None


@dataclass(frozen=True)
class TrainedBatch:
    """What one step of training did: where it was (from 0), the loss, and whether it ended its epoch."""

    epoch: int
    batch: int
    n_batch: int
    loss: float

    @property
    def ends_epoch(self) -> bool:
        return self.batch == self.n_batch - 1


class EpochTrainer:
    """Trains a network over epochs; can stop after any batch and go on with bit-identical weights (on the CPU).

    Parameters
    ----------
    model : nn.Module
        Changed in place.
    batch_loss : callable (rows, seed) -> loss
        Loss of the sentences `rows` (int64 [batch]); every random number in it must come from `seed`.
    n_sentence : int
    plan : TrainingPlan
    seed : int
        Of the run.
    phase : str
        Name that keeps the random numbers of two trainings of one run apart.

    Examples
    --------
    >>> trainer = EpochTrainer(ann, loss, len(labels), TrainingPlan(6, 128, 3e-3), seed=0, phase="ann")
    >>> for step in trainer.run():                                                     # doctest: +SKIP
    ...     if step.ends_epoch:
    ...         trainer.keep_if_best(validation_accuracy(ann))
    >>> trainer.restore_best()                                                         # doctest: +SKIP
    """

    def __init__(
        self, model: nn.Module, batch_loss: BatchLoss, n_sentence: int, plan: TrainingPlan, seed: int, phase: str
    ) -> None:
        if n_sentence < 1:
            raise RequestError("There are no sentences to train on")
        self.model, self.batch_loss, self.n_sentence = model, batch_loss, n_sentence
        self.plan, self.seed, self.phase = plan, seed, phase
        self.epoch, self.batch = 0, 0  # of the next step
        self.best_score = -math.inf
        self._best: dict[str, Tensor] = {}
        self._parameters = dict(model.named_parameters())
        self._optimiser = torch.optim.AdamW(self._parameters.values(), lr=plan.lr, weight_decay=plan.weight_decay)

    @property
    def n_batch(self) -> int:
        """Batches of an epoch."""
        return -(-self.n_sentence // self.plan.batch)

    def run(self) -> Iterator[TrainedBatch]:
        """Train from where the trainer stands to the end, one batch at a time.

        Raises
        ------
        NeuroError
            When the loss is not finite; the weights are then those of the last good step.
        """
        while self.epoch < self.plan.n_epoch:
            order = torch.randperm(self.n_sentence, generator=generator_of(self._seed_of("order", self.epoch)))
            for batch in range(self.batch, self.n_batch):
                rows = order[batch * self.plan.batch : (batch + 1) * self.plan.batch]
                step = TrainedBatch(self.epoch, batch, self.n_batch, self._step(rows, batch))
                self.epoch, self.batch = (self.epoch + 1, 0) if step.ends_epoch else (self.epoch, batch + 1)
                yield step

    def keep_if_best(self, score: float) -> bool:
        """Remember the weights when `score` (higher is better) beats all before; the first of equal scores stays."""
        if not score > self.best_score:
            return False
        self.best_score = score
        self._best = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        return True

    def restore_best(self) -> None:
        """Put the remembered weights back; without any, the weights stay as they are."""
        if self._best:
            self.model.load_state_dict(self._best)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Everything a resumed run needs: tensors (for safetensors) and plain values (for JSON)."""
        tensors = {f"model/{name}": value.detach().clone() for name, value in self.model.state_dict().items()}
        tensors |= {f"best/{name}": value for name, value in self._best.items()}
        for name, parameter in self._parameters.items():
            for key, value in self._optimiser.state.get(parameter, {}).items():
                tensors[f"optimiser/{key}/{name}"] = torch.as_tensor(value).clone()
        best = self.best_score if math.isfinite(self.best_score) else None
        return tensors, {"phase": self.phase, "epoch": self.epoch, "batch": self.batch, "best_score": best}

    def load_state(self, tensors: Mapping[str, Tensor], plain: Mapping[str, Any]) -> None:
        """Go on from a saved state.

        Raises
        ------
        RequestError
            When the state belongs to another phase or does not fit the network.
        """
        if plain["phase"] != self.phase:
            raise RequestError(f"The checkpoint is of phase '{plain['phase']}', not '{self.phase}'")

        def part(prefix: str) -> dict[str, Tensor]:
            return {key.removeprefix(prefix): value.clone() for key, value in tensors.items() if key.startswith(prefix)}

        try:
            self.model.load_state_dict(part("model/"))
        except RuntimeError as error:
            raise RequestError("The checkpoint does not fit this network", str(error).splitlines()[0]) from error
        self._best = part("best/")
        self.best_score = -math.inf if plain["best_score"] is None else float(plain["best_score"])
        self.epoch, self.batch = int(plain["epoch"]), int(plain["batch"])
        self._optimiser.state.clear()
        for path, value in part("optimiser/").items():
            key, name = path.split("/", 1)
            self._optimiser.state[self._parameters[name]][key] = value

    def _seed_of(self, *names: str | int) -> int:
        return derive_seed(self.seed, self.phase, *names)

    def _step(self, rows: Tensor, batch: int) -> float:
        self.model.train()
        self._optimiser.zero_grad()
        loss = self.batch_loss(rows, self._seed_of("batch", self.epoch, batch))
        value = float(loss.detach())
        if not math.isfinite(value):
            raise NeuroError(
                f"The loss became {value} in epoch {self.epoch + 1}, batch {batch + 1}",
                "The last good weights are kept",
                "Lower the learning rate, or clip the gradient",
            )
        loss.backward()  # type: ignore[no-untyped-call]
        if self.plan.clip is not None:
            nn.utils.clip_grad_norm_(self._parameters.values(), self.plan.clip)
        self._optimiser.step()
        return value
