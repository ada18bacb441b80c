"""Settings of the spiking methods. Numbers are those of the small default, which trains in a minute or two on a laptop;
the paper's own are in the settings file ``spiking.text-paper.yaml``.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import field_validator

from neurostudio.core.method import Estimate
from neurostudio.core.spec import Spec, setting

DEFAULT_LENGTH = 35
_MACS_PER_S = 5e10
_NEURON_STEPS_PER_S = 1.5e8
_START_S = 6.0
_QUERIES_PER_SENTENCE = 30
_BASE_GB = 0.5


class TextSettings(Spec):
    """From sentences to word numbers."""

    language: Literal["auto", "english", "chinese"] = setting(
        "auto", title="Language", help="How sentences are split into words. Auto looks at the script.", group="Text"
    )
    length: int | None = setting(
        None,
        title="Sentence length",
        help="Longer sentences are cut, shorter ones padded. Empty: 35 for English, 32 for Chinese.",
        unit="words",
        group="Text",
        ge=1,
        le=4096,
    )
    min_count: int = setting(
        1, title="Least count", help="Rarer words count as unknown.", unit="occurrences", group="Text", advanced=True, ge=1
    )
    unknown: Literal["silent", "mean", "paper"] = setting(
        "silent",
        title="Unknown words",
        help="Silent: no spikes. Mean: the mean vector. Paper: a zero vector before the shift, a dense buzz near rate 0.5.",
        group="Text",
        advanced=True,
    )
    most_unknown: float = setting(
        0.6,
        title="Most unknown words",
        help="A larger share of unknown words in the test sentences is refused: the vectors do not fit the text.",
        group="Text",
        advanced=True,
        gt=0,
        le=1,
    )
    shared: Literal["warn", "remove", "refuse"] = setting(
        "warn",
        title="Shared sentences",
        help="What to do with test sentences that also stand in the training set: say so, remove them from training, or refuse.",
        group="Text",
    )


class SplitSettings(Spec):
    """What is set aside where no separate data set is given."""

    validation: float = setting(
        0.1, title="Validation share", help="Share of the training sentences to choose the epoch on.", group="Split", gt=0, lt=0.5
    )
    test: float = setting(
        0.1,
        title="Test share",
        help="Share of the sentences to test on, where no test set is given.",
        group="Split",
        gt=0,
        lt=0.9,
    )


_CLIP_HELP = "Vectors are clipped at so many standard deviations before they are shifted into rates. The paper took 3."
_TRAINED_HELP = "Train the rates of the words together with the ordinary network, starting from these vectors."


class PpmiVectors(Spec):
    """Word vectors from the training text itself: positive pointwise mutual information and a singular value decomposition."""

    kind: Literal["ppmi"] = "ppmi"
    dimensions: int = setting(64, title="Dimensions", help="Length of a word vector.", group="Vectors", ge=2, le=2048)
    trained: bool = setting(True, title="Trained", help=_TRAINED_HELP, group="Vectors")
    clip: float = setting(3.0, title="Clip", help=_CLIP_HELP, unit="SD", group="Vectors", advanced=True, gt=0, le=10)
    window: int = setting(
        5, title="Window", help="Words to each side that count as context.", unit="words", group="Vectors", advanced=True, ge=1
    )
    context_power: float = setting(
        0.75, title="Context power", help="Flattens the context counts.", group="Vectors", advanced=True, gt=0, le=1
    )


class RandomVectors(Spec):
    """Random vectors: the control that shows what the vectors bring."""

    kind: Literal["random"] = "random"
    dimensions: int = setting(64, title="Dimensions", help="Length of a word vector.", group="Vectors", ge=2, le=2048)
    trained: bool = setting(True, title="Trained", help=_TRAINED_HELP, group="Vectors")
    clip: float = setting(3.0, title="Clip", help=_CLIP_HELP, unit="SD", group="Vectors", advanced=True, gt=0, le=10)


class FileVectors(Spec):
    """Vectors from the data set in the input ``vectors``, such as GloVe 6B."""

    kind: Literal["file"] = "file"
    trained: bool = setting(False, title="Trained", help=_TRAINED_HELP, group="Vectors")
    clip: float = setting(3.0, title="Clip", help=_CLIP_HELP, unit="SD", group="Vectors", advanced=True, gt=0, le=10)


class NetworkSettings(Spec):
    """The text CNN, the same for both networks."""

    filters: int = setting(32, title="Filters", help="Filters of each width.", unit="filters", group="Network", ge=1, le=4096)
    widths: list[int] = setting(
        [3, 4, 5], title="Filter widths", help="Words that a filter spans.", unit="words", group="Network", min_length=1
    )
    population: int = setting(
        1,
        title="Neurons per class",
        help="A class score is the sum over its output neurons; the paper used 10.",
        unit="neurons",
        group="Network",
        advanced=True,
        ge=1,
        le=1000,
    )
    dropout: float = setting(0.5, title="Dropout", help="Before the last layer.", group="Network", advanced=True, ge=0, lt=1)

    @field_validator("widths")
    @classmethod
    def _positive_and_different(cls, widths: list[int]) -> list[int]:
        if min(widths) < 1 or len(set(widths)) < len(widths):
            raise ValueError("Filter widths are different whole numbers of at least 1")
        return widths


class NeuronSettings(Spec):
    """The spiking neuron."""

    reset: Literal["subtract", "subtract-delayed", "hard"] = setting(
        "subtract",
        title="Reset",
        help="Subtract: the threshold is taken off with the spike. Delayed: one step later, the convention of snnTorch. Hard: to zero.",
        group="Neuron",
        labels={"subtract": "by subtraction", "subtract-delayed": "by subtraction, one step later", "hard": "to zero"},
    )
    beta: float = setting(
        1.0, title="Decay", help="Share of the membrane kept each step; 1 is no leak.", group="Neuron", gt=0, le=1
    )
    initial: float = setting(
        0.5,
        title="Initial membrane",
        help="As a share of the threshold; one half halves the rounding error of the conversion.",
        group="Neuron",
        advanced=True,
        ge=0,
        lt=1,
    )
    surrogate: Literal["arctan", "fast-sigmoid", "sigmoid", "triangle", "straight-through"] = setting(
        "arctan", title="Surrogate gradient", help="Stands in for the derivative of the spike.", group="Neuron"
    )
    slope: float = setting(
        2.0, title="Surrogate slope", help="Steepness: 2 for arctan, 25 for the paper's fast sigmoid.", group="Neuron", gt=0
    )
    detach_reset: bool = setting(True, title="Detach reset", help="No gradient through the reset.", group="Neuron", advanced=True)


class BernoulliEncoder(Spec):
    """A spike with the probability of the rate, drawn anew for each step and each batch."""

    kind: Literal["bernoulli"] = "bernoulli"


class DirectEncoder(Spec):
    """The rates as a constant current: the first layer is computed once, with multiplications."""

    kind: Literal["direct"] = "direct"


class TrainingSettings(Spec):
    """Training of the ordinary network."""

    epochs: int = setting(6, title="Epochs", help="Passes over the training sentences.", group="Training", ge=1, le=10000)
    lr: float = setting(3e-3, title="Learning rate", help="Of AdamW.", group="Training", gt=0, le=1)
    batch: int = setting(128, title="Batch", help="Sentences in one step.", unit="sentences", group="Training", ge=1)
    weight_decay: float = setting(0.0, title="Weight decay", help="Of AdamW.", group="Training", advanced=True, ge=0)


class ConversionSettings(Spec):
    """From the ordinary to the spiking network."""

    quantile: float = setting(
        0.999,
        title="Quantile",
        help="Thresholds are set to this quantile of the activations; what lies above is clipped.",
        group="Conversion",
        gt=0.5,
        le=1,
    )
    sentences: int = setting(
        1000, title="Sentences", help="Training sentences to measure the activations on.", group="Conversion", advanced=True, ge=1
    )
    steps: list[int] = setting(
        [2, 4, 8, 16, 32, 64],
        title="Time steps to compare",
        help="The converted network is tested at each of them.",
        group="Conversion",
    )

    @field_validator("steps")
    @classmethod
    def _positive(cls, steps: list[int]) -> list[int]:
        if any(step < 1 for step in steps):
            raise ValueError("Time steps are whole numbers of at least 1")
        return sorted(set(steps))


class FineTuningSettings(Spec):
    """Training of the spiking network with surrogate gradients."""

    epochs: int = setting(
        2, title="Epochs", help="Passes over the training sentences; 0 keeps the conversion.", group="Fine-tuning", ge=0
    )
    lr: float = setting(
        1e-3, title="Learning rate", help="Of AdamW; 1e-4 for the paper's full size.", group="Fine-tuning", gt=0, le=1
    )
    batch: int = setting(128, title="Batch", help="Sentences in one step.", unit="sentences", group="Fine-tuning", ge=1)
    loss: Literal["membrane", "rate"] = setting(
        "membrane",
        title="Loss",
        help="Membrane: cross-entropy on the time mean of the read-out. Rate: on the output spikes of each step, as in the paper.",
        group="Fine-tuning",
        advanced=True,
    )
    clip: float = setting(
        1.0, title="Gradient clip", help="Largest norm of the gradient.", group="Fine-tuning", advanced=True, gt=0
    )
    rate_penalty: float = setting(
        0.0,
        title="Rate penalty",
        help="Weight of firing above the target rate, for less energy.",
        group="Fine-tuning",
        advanced=True,
        ge=0,
    )
    rate_target: float = setting(
        0.1,
        title="Target rate",
        help="Rate that costs nothing.",
        unit="spikes/step",
        group="Fine-tuning",
        advanced=True,
        ge=0,
        le=1,
    )


class EvaluationSettings(Spec):
    """What is measured at the end."""

    encoder_seeds: int = setting(
        5,
        title="Encoder seeds",
        help="Encodings of each test sentence; their spread is reported.",
        group="Evaluation",
        ge=1,
        le=1000,
    )
    batch: int = setting(
        512, title="Batch", help="Sentences evaluated at once.", unit="sentences", group="Evaluation", advanced=True, ge=1
    )


class EnergySettings(Spec):
    """Constants of the energy estimate."""

    preset: Literal["45nm-fp32", "45nm-fp16", "45nm-int8"] = setting(
        "45nm-fp32", title="Technology", help="Energy of one multiplication and one addition (Horowitz 2014).", group="Energy"
    )
    constants_pj: dict[str, float] = setting(
        {},
        title="Own constants",
        help='Replace single constants of the table, for example {"mac": 4.6, "ac": 0.9}.',
        unit="pJ",
        group="Energy",
        advanced=True,
    )
    count_padding: bool = setting(
        True, title="Count padding", help="Count padded positions, alike for both networks.", group="Energy", advanced=True
    )


class RobustnessSettings(Spec):
    """Attacks on test sentences."""

    characters: bool = setting(True, title="Characters", help="Swap, drop or add letters of important words.", group="Robustness")
    neighbours: bool = setting(
        True, title="Neighbours", help="Replace important words by near ones of the word vectors.", group="Robustness"
    )
    random: bool = setting(True, title="Random", help="Replace words at random: the control.", group="Robustness")
    sentences: int = setting(40, title="Sentences", help="Test sentences to attack; 0 skips it.", group="Robustness", ge=0)
    max_changed: float = setting(
        0.1, title="Most changed", help="Share of the words that may change (at least one).", group="Robustness", gt=0, le=1
    )
    candidates: int = setting(
        15, title="Candidates", help="Replacements tried for one word.", group="Robustness", advanced=True, ge=1
    )
    encodings: int = setting(
        8, title="Encodings per query", help="Scores are means over so many encodings.", group="Robustness", advanced=True, ge=1
    )


class ExplainSettings(Spec):
    """Sentences to explain spike by spike."""

    sentences: list[str] = setting([], title="Sentences", help="Your own sentences, one a line.", group="Explain")
    examples: int = setting(
        2,
        title="Examples",
        help="Test sentences explained besides: half of them classified wrongly.",
        group="Explain",
        ge=0,
        le=50,
    )


class SpikingTextSpec(Spec):
    """All settings of ``spiking.text``."""

    time_steps: int = setting(16, title="Time steps", help="Steps T that the spiking network runs.", unit="steps", ge=1, le=1000)
    encoder: BernoulliEncoder | DirectEncoder = setting(
        BernoulliEncoder(), title="Encoder", help="How a sentence enters the spiking network.", tag="kind"
    )
    readout: Literal["accumulator", "spikes"] = setting(
        "accumulator",
        title="Read-out",
        help="Accumulator: class scores are sums without spiking. Spikes: output neurons fire, as in the paper.",
        advanced=True,
    )
    text: TextSettings = setting(TextSettings(), title="Text", help="From sentences to words.")
    split: SplitSettings = setting(SplitSettings(), title="Split", help="What is set aside.")
    vectors: PpmiVectors | RandomVectors | FileVectors = setting(
        PpmiVectors(), title="Word vectors", help="Where the word vectors come from.", tag="kind"
    )
    network: NetworkSettings = setting(NetworkSettings(), title="Network", help="The text CNN.")
    neuron: NeuronSettings = setting(NeuronSettings(), title="Neuron", help="The spiking neuron.")
    training: TrainingSettings = setting(TrainingSettings(), title="Training", help="The ordinary network.")
    conversion: ConversionSettings = setting(ConversionSettings(), title="Conversion", help="From ordinary to spiking.")
    finetuning: FineTuningSettings = setting(FineTuningSettings(), title="Fine-tuning", help="The spiking network.")
    evaluation: EvaluationSettings = setting(EvaluationSettings(), title="Evaluation", help="What is measured.")
    energy: EnergySettings = setting(EnergySettings(), title="Energy", help="The estimate.")
    robustness: RobustnessSettings = setting(RobustnessSettings(), title="Robustness", help="Attacks.")
    explain: ExplainSettings = setting(ExplainSettings(), title="Explain", help="Single sentences.")


def estimate(spec: SpikingTextSpec, inputs: Mapping[str, list[dict[str, Any]]]) -> Estimate:
    """Time and memory of a run from its operations, counted for one sentence, and the rates of an ordinary laptop core."""
    rows = sum(int(facts.get("rows", 0)) for facts in inputs.get("train", ())) or 5000
    length = spec.text.length or DEFAULT_LENGTH
    dimensions = getattr(spec.vectors, "dimensions", 300)
    positions = [max(length - width + 1, 1) for width in spec.network.widths]
    macs = sum(n * width for n, width in zip(positions, spec.network.widths, strict=True)) * dimensions * spec.network.filters
    neuron_steps = sum(positions) * spec.network.filters * spec.time_steps
    first_layer = macs * (1 if spec.encoder.kind == "direct" else spec.time_steps)
    ann_s = rows * spec.training.epochs * 3 * macs / _MACS_PER_S
    snn_s = rows * spec.finetuning.epochs * (3 * first_layer / _MACS_PER_S + neuron_steps / _NEURON_STEPS_PER_S)
    tested = rows * spec.split.test * (spec.evaluation.encoder_seeds + 2 * len(spec.conversion.steps))
    attacked = spec.robustness.sentences * 3 * _QUERIES_PER_SENTENCE * spec.robustness.encodings
    test_s = (tested + attacked) * (first_layer / _MACS_PER_S + neuron_steps / _NEURON_STEPS_PER_S / 3)
    elements = spec.finetuning.batch * (spec.time_steps * length * dimensions + 4 * neuron_steps)
    return Estimate(
        seconds=_START_S + ann_s + snn_s + test_s,
        memory_gb=_BASE_GB + 3 * 4 * elements / 1e9,
        note="An estimate for one laptop core pair; the first seconds load the libraries.",
    )
