"""Integrate-and-fire neurons over many time steps, forward and backward, without a graph per step.

Every spiking network of the package calls :func:`lif`. It is one ``torch.autograd.Function`` that walks time forward once
and backward once and keeps only the membranes ``h``; :func:`lif_step` is the same neuron one step at a time, the definition
that the tests hold it to.

The conventions (``I`` current, ``th`` threshold, ``s`` spike) and their reset, named in every saved model:

==================  ==========================================  =====================================
reset               membrane that is compared                   what the next step starts from
==================  ==========================================  =====================================
subtract            ``h[t] = beta v[t-1] + I[t]``               ``v[t] = h[t] - th s[t]``
subtract-delayed    ``h[t] = beta h[t-1] + I[t] - th s[t-1]``   ``h[t]``   (snnTorch ``Leaky``)
hard                ``h[t] = beta v[t-1] + I[t]``               ``v[t] = v_reset`` where ``s[t] = 1``
none                ``h[t] = beta h[t-1] + I[t]``               ``h[t]``
==================  ==========================================  =====================================

A neuron fires when ``h >= th``; 'subtract-delayed' fires when ``h > th``, as snnTorch does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from neurostudio.core.errors import RequestError

Reset = Literal["subtract", "subtract-delayed", "hard", "none"]
Surrogate = Literal["arctan", "fast-sigmoid", "sigmoid", "triangle", "straight-through"]
Threshold = float | Tensor


@dataclass(frozen=True)
class NeuronParameters:
    """What a layer of neurons has in common.

    Attributes
    ----------
    threshold : float
        Membrane value at which a neuron fires; above 0.
    beta : float
        Share of the membrane that is left after one step, in [0, 1]; 1 is the integrate-and-fire neuron without leak.
    reset : Reset
        What a spike does to the membrane (table above).
    v_reset : float
        Membrane after a spike with ``hard`` reset; below the threshold.
    surrogate : Surrogate
        Derivative of the step in the backward pass.
    slope : float
        Its sharpness: alpha of the arctangent, a of the sigmoids and the triangle.
    detach_reset : bool
        Whether the gradient ignores the path through the reset.
    """

    threshold: float = 1.0
    beta: float = 1.0
    reset: Reset = "subtract"
    v_reset: float = 0.0
    surrogate: Surrogate = "arctan"
    slope: float = 2.0
    detach_reset: bool = True

    def __post_init__(self) -> None:
        if not self.threshold > 0:
            raise RequestError(f"The threshold is {self.threshold}", fix="Give a threshold above 0")
        if not 0 <= self.beta <= 1:
            raise RequestError(f"The membrane decay beta is {self.beta}", fix="Give a beta between 0 and 1 (1: no leak)")
        if not self.slope > 0:
            raise RequestError(f"The surrogate slope is {self.slope}", fix="Give a slope above 0")
        if self.reset == "hard" and not self.v_reset < self.threshold:
            raise RequestError(
                f"The reset potential {self.v_reset} is not below the threshold {self.threshold}",
                "The neuron would fire at every step after its first spike",
                "Lower v_reset or raise the threshold",
            )

    @property
    def convention(self) -> str:
        """The neuron in words, for model files and model cards."""
        kind = "IF" if self.beta == 1 else f"LIF with beta = {self.beta:g}"
        fires = "h > th" if self.reset == "subtract-delayed" else "h >= th"
        resets = {
            "subtract": "v = h - th after a spike, in the same step (SpikingJelly soft reset)",
            "subtract-delayed": "the threshold is subtracted one step after the spike (snnTorch Leaky)",
            "hard": f"v = {self.v_reset:g} after a spike, in the same step",
            "none": "no reset",
        }
        return f"{kind}, fires when {fires}, {resets[self.reset]}"


def surrogate_gradient(x: Tensor, kind: Surrogate, slope: float) -> Tensor:
    """Derivative that stands in for the one of the step at ``x = h - th``; same shape as `x`.

    =================  =========================================
    arctan             ``(a/2) / (1 + (pi a x / 2)^2)``
    fast-sigmoid       ``1 / (1 + a |x|)^2``
    sigmoid            ``a e^(-a x) / (1 + e^(-a x))^2``
    triangle           ``max(0, 1 - a |x|)``
    straight-through   ``1``
    =================  =========================================
    """
    return _overwrite_with_surrogate(x.detach().clone(), kind, slope)


def lif(
    current: Tensor,
    parameters: NeuronParameters,
    initial: Tensor | float = 0.0,
    threshold: Threshold | None = None,
    n_steps: int | None = None,
) -> Tensor:
    """Run a layer of neurons over time.

    Parameters
    ----------
    current : Tensor, shape [time, ...], or [...] with `n_steps`
        Input current; with `n_steps` it is the same at each step and is never copied T times.
    parameters : NeuronParameters
    initial : Tensor or float
        Membrane before the first step, broadcastable to ``[...]``.
    threshold : Tensor or float, optional
        Per neuron, broadcastable to ``[...]``, in place of the one in `parameters`. It gets no gradient.
    n_steps : int, optional
        Number of steps of a constant current.

    Returns
    -------
    Tensor, shape [time, ...]
        Spikes, 0.0 or 1.0, in the type of `current`; differentiable in `current` and `initial`.

    Examples
    --------
    >>> lif(torch.tensor([0.6, 0.6, 0.6, 0.6]), NeuronParameters()).tolist()
    [0.0, 1.0, 0.0, 1.0]
    """
    if n_steps is None and (current.dim() == 0 or current.shape[0] == 0):
        raise RequestError("The current has no time steps", fix="Give at least one step, time first")
    if n_steps is not None and n_steps < 1:
        raise RequestError(f"The number of time steps is {n_steps}", fix="Give at least one step")
    shape = current.shape if n_steps is not None else current.shape[1:]
    if not isinstance(initial, Tensor):
        initial = current.new_tensor(initial)
    th = parameters.threshold if threshold is None else threshold
    if isinstance(th, Tensor) and th.requires_grad:
        raise ValueError("thresholds are not learned: pass threshold.detach()")
    if not (torch.is_grad_enabled() and (current.requires_grad or initial.requires_grad)):
        return _walk_forward(current, initial.expand(shape), th, parameters, n_steps, keep_membranes=False)[0]
    spikes: Tensor = _MultiStep.apply(current, initial.expand(shape), th, parameters, n_steps)  # type: ignore[no-untyped-call]
    return spikes


@torch.no_grad()
def lif_trace(
    current: Tensor,
    parameters: NeuronParameters,
    initial: Tensor | float = 0.0,
    threshold: Threshold | None = None,
    n_steps: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Like :func:`lif`, with the membranes to look at; no gradient.

    Returns
    -------
    spikes, membrane : Tensor, shape [time, ...]
        ``membrane[t]`` is ``h[t]``: the value that was compared with the threshold, before the reset.
    """
    shape = current.shape if n_steps is not None else current.shape[1:]
    start = torch.as_tensor(initial, dtype=current.dtype, device=current.device).expand(shape)
    th = parameters.threshold if threshold is None else threshold
    return _walk_forward(current, start, th, parameters, n_steps)


def lif_step(
    current: Tensor, state: Tensor, parameters: NeuronParameters, threshold: Threshold | None = None
) -> tuple[Tensor, Tensor]:
    """One step of one layer: the definition of the neuron, differentiable through ordinary autograd (and slow).

    Parameters
    ----------
    current, state : Tensor, shape [...]
        Input current at t, and what the step before left: ``v[t-1]`` ('subtract', 'hard') or ``h[t-1]``.

    Returns
    -------
    spikes, state : Tensor, shape [...]
    """
    th = parameters.threshold if threshold is None else threshold

    def detached(spikes: Tensor) -> Tensor:
        return spikes.detach() if parameters.detach_reset else spikes

    strictly = parameters.reset == "subtract-delayed"
    h = torch.add(current, state, alpha=parameters.beta)
    if strictly:
        h = h - th * detached(_spike(state - th, parameters, strictly=True))
    spikes = _spike(h - th, parameters, strictly)
    if parameters.reset == "subtract":
        return spikes, h - th * detached(spikes)
    if parameters.reset == "hard":
        fired = detached(spikes)
        return spikes, h * (1 - fired) + parameters.v_reset * fired
    return spikes, h


def _overwrite_with_surrogate(x: Tensor, kind: Surrogate, slope: float) -> Tensor:
    if kind == "arctan":
        one = x.new_ones(())
        torch.addcmul(one, x, x, value=(math.pi * slope / 2) ** 2, out=x).reciprocal_()
        return x if slope == 2 else x.mul_(slope / 2)
    if kind == "fast-sigmoid":
        return x.abs_().mul_(slope).add_(1).square_().reciprocal_()
    if kind == "sigmoid":
        x.mul_(slope).sigmoid_()
        return torch.addcmul(x, x, x, value=-1, out=x).mul_(slope)
    if kind == "triangle":
        return x.abs_().mul_(-slope).add_(1).clamp_(min=0)
    return x.fill_(1)


def _spike(x: Tensor, parameters: NeuronParameters, strictly: bool) -> Tensor:
    spikes: Tensor = _Step.apply(x, parameters, strictly)  # type: ignore[no-untyped-call]
    return spikes


def _in_type_of(th: Threshold, like: Tensor) -> Threshold:
    return th.to(like.dtype) if isinstance(th, Tensor) else th


def _subtract(value: Tensor, spikes: Tensor, th: Threshold, out: Tensor) -> Tensor:
    """``value - th * spikes``, written to `out`."""
    if isinstance(th, Tensor):
        return torch.addcmul(value, spikes, th, value=-1, out=out)
    return torch.sub(value, spikes, alpha=th, out=out)


def _walk_forward(
    current: Tensor,
    initial: Tensor,
    th: Threshold,
    parameters: NeuronParameters,
    n_steps: int | None,
    keep_membranes: bool = True,
) -> tuple[Tensor, Tensor]:
    """Return spikes and membranes ``h``, both [time, ...]; without `keep_membranes` only the last membrane is right."""
    th = _in_type_of(th, current)
    currents = current.unbind(0) if n_steps is None else (current,) * n_steps
    spikes = torch.empty((len(currents), *initial.shape), dtype=current.dtype, device=current.device)
    membranes = torch.empty_like(spikes if keep_membranes else spikes[:1]).expand_as(spikes)
    is_delayed = parameters.reset == "subtract-delayed"
    fires = torch.gt if is_delayed else torch.ge
    spikes_before = torch.gt(initial, th).to(current.dtype) if is_delayed else initial
    v_reset = current.new_tensor(parameters.v_reset).expand_as(initial)
    after_reset = torch.empty_like(spikes[0])
    state = initial  # the caller's tensor: read only
    for i, h, s in zip(currents, membranes.unbind(0), spikes.unbind(0), strict=True):
        torch.add(i, state, alpha=parameters.beta, out=h)
        if is_delayed:
            _subtract(h, spikes_before, th, out=h)
            spikes_before = s
        fires(h, th, out=s)
        if parameters.reset == "subtract":
            state = _subtract(h, s, th, out=after_reset)
        elif parameters.reset == "hard":
            state = torch.lerp(h, v_reset, s, out=after_reset)
        else:
            state = h
    return spikes, membranes


class _Step(torch.autograd.Function):
    """Heaviside step with a surrogate derivative."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, parameters: NeuronParameters, strictly: bool) -> Tensor:
        ctx.save_for_backward(x)
        ctx.parameters = parameters
        return (x > 0 if strictly else x >= 0).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (x,) = ctx.saved_tensors
        return gradients[0] * surrogate_gradient(x, ctx.parameters.surrogate, ctx.parameters.slope), None, None


class _MultiStep(torch.autograd.Function):
    """All steps at once; see the table in the module's docstring for the symbols."""

    @staticmethod
    def forward(
        ctx: Any, current: Tensor, initial: Tensor, th: Threshold, parameters: NeuronParameters, n_steps: int | None
    ) -> Tensor:
        spikes, membranes = _walk_forward(current, initial, th, parameters, n_steps)
        ctx.save_for_backward(membranes, initial)
        ctx.th, ctx.parameters, ctx.is_constant = th, parameters, n_steps is not None
        return spikes

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None, None]:
        membranes, initial = ctx.saved_tensors
        parameters: NeuronParameters = ctx.parameters
        th = _in_type_of(ctx.th, membranes)
        n_steps = membranes.shape[0]
        by_current = torch.empty_like(membranes[:1] if ctx.is_constant else membranes)  # dL/dh[t] = dL/dI[t]
        by_constant = torch.zeros_like(membranes[0]) if ctx.is_constant else None
        by_state = torch.zeros_like(membranes[0])  # dL/d(what step t left behind)
        slopes, decayed = torch.empty_like(by_state), torch.empty_like(by_state)
        steps = zip(membranes.unbind(0), gradients[0].unbind(0), by_current.expand_as(membranes).unbind(0), strict=True)
        for t, (h, by_spikes, by_h) in zip(reversed(range(n_steps)), reversed(list(steps)), strict=True):
            torch.sub(h, th, out=slopes)
            _overwrite_with_surrogate(slopes, parameters.surrogate, parameters.slope)
            through_reset = _through_reset(by_state, h, slopes, th, parameters)
            torch.addcmul(through_reset, by_spikes, slopes, out=by_h)
            if by_constant is not None:
                by_constant.add_(by_h)
            by_state = by_h if parameters.beta == 1 else torch.mul(by_h, parameters.beta, out=decayed)
            if parameters.reset == "subtract-delayed" and not parameters.detach_reset:
                # h[t] = beta h[t-1] + I[t] - th s[t-1]: h[t-1] is reached on two ways
                slopes_before = _overwrite_with_surrogate(
                    (membranes[t - 1] if t else initial) - th, parameters.surrogate, parameters.slope
                )
                by_state = by_state - slopes_before.mul_(by_h).mul_(th)
        return by_current if by_constant is None else by_constant, by_state, None, None, None


def _through_reset(by_state: Tensor, h: Tensor, slopes: Tensor, th: Threshold, parameters: NeuronParameters) -> Tensor:
    """``dL/dstate[t] * dstate[t]/dh[t]``."""
    if parameters.reset == "hard":  # v = h (1 - s) + v_reset s
        kept = by_state * (h < th)
        return kept if parameters.detach_reset else kept.add_(by_state.mul(slopes).mul_(parameters.v_reset - h))
    if parameters.reset == "subtract" and not parameters.detach_reset:  # v = h - th s(h)
        return by_state - by_state.mul(slopes).mul_(th)
    return by_state
