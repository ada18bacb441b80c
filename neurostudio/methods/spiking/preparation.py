"""From data sets to numbers: words, vocabulary, word vectors, rates, and the parts to train, choose and test on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from neurostudio.core.context import Context
from neurostudio.core.errors import RequestError
from neurostudio.core.method import Input
from neurostudio.data.labelled_text.handle import LabelledText
from neurostudio.data.language import guess_language
from neurostudio.data.overlap import normalised, shared_sentences
from neurostudio.data.readers.word_vectors import read_word_vectors
from neurostudio.data.registry import open_data
from neurostudio.methods.spiking.ann_folder import AnnFolder
from neurostudio.methods.spiking.rates import SentenceRates, Shift, fit_shift, known_words, rate_table
from neurostudio.methods.spiking.specs import DEFAULT_LENGTH, FileVectors, RandomVectors, SpikingTextSpec
from neurostudio.methods.spiking.training import derive_seed, generator_of
from neurostudio.methods.spiking.vocabulary import Language, Vocabulary, tokenise
from neurostudio.methods.spiking.word_vectors import from_table, ppmi_svd, random_vectors

CHINESE_LENGTH = 32
MANY_UNKNOWN = 0.2
_EXAMPLES = 5


@dataclass(frozen=True)
class Part:
    """Sentences of one part.

    Attributes
    ----------
    texts : tuple of str
    tokens : tuple of tuple of str
        Words of each sentence, uncut.
    labels : Tensor, shape [sentence], int64
    rates : SentenceRates
        Rates [sentence, length, n_dim], looked up batch by batch.
    """

    texts: tuple[str, ...]
    tokens: tuple[tuple[str, ...], ...]
    labels: Tensor
    rates: SentenceRates

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class Prepared:
    """Everything that the networks need of the data.

    Attributes
    ----------
    split_seed : int
        What the parts were drawn with; a run that goes on from another one's network keeps its parts.
    vectors : Tensor, shape [n_word, n_dim]
        Word vectors before the shift; for the nearest neighbours of the attacks.
    table : Tensor, shape [n_word, n_dim]
        Rates of the words.
    """

    language: Language
    length: int
    classes: tuple[str, ...]
    vocabulary: Vocabulary
    shift: Shift
    vectors: Tensor
    table: Tensor
    train: Part
    validation: Part
    test: Part
    split_seed: int

    def with_table(self, table: Tensor) -> Prepared:
        """The same with other rates of the words (learned ones)."""
        parts = {
            name: replace(part, rates=replace(part.rates, table=table))
            for name, part in (("train", self.train), ("validation", self.validation), ("test", self.test))
        }
        return replace(self, table=table, **parts)  # type: ignore[arg-type]


def prepare(spec: SpikingTextSpec, context: Context, ann: AnnFolder | None, report: bool) -> Prepared:
    """Read the inputs of a run and turn them into rates.

    Parameters
    ----------
    ann : AnnFolder, optional
        A trained network of an earlier run: its words, vectors and parts are used again.
    report : bool
        Write the metrics, warnings and tables of this stage (not again when a run is resumed).

    Raises
    ------
    RequestError
        One class only, classes of the test set that training lacks, too many unknown words, vectors that do not fit.
    """
    context.progress(0, None, "reading")
    train = _read(context.input("train"))
    if train is None:
        raise RequestError("spiking.text needs the input 'train'", fix="Give it with --input train=NAME")
    split_seed = ann.split_seed if ann else derive_seed(context.seed, "split")
    texts, labels = _split(spec, context, train, split_seed, report)
    language = ann.language if ann else _language(spec, texts["train"])
    context.progress(0, None, "splitting into words")
    tokens = {name: tuple(tuple(tokenise(text, language)) for text in some) for name, some in texts.items()}
    context.check_stop()
    length = ann.length if ann else spec.text.length or (CHINESE_LENGTH if language == "chinese" else DEFAULT_LENGTH)
    length = max(length, max(ann.widths if ann else spec.network.widths))
    context.progress(0, None, "word vectors")
    if ann:
        vocabulary, shift, vectors, table = ann.vocabulary, ann.shift, ann.vectors, ann.table
    else:
        vocabulary, vectors = _vectors(spec, context, tokens)
        shift = fit_shift(vectors, spec.vectors.clip)
        table = rate_table(vectors, shift, spec.text.unknown)
    made = {
        name: Part(
            tuple(texts[name]),
            tokens[name],
            torch.tensor(labels[name], dtype=torch.int64),
            SentenceRates(vocabulary.encode(tokens[name], length, max(spec.network.widths)).ids, table, context.device),
        )
        for name in texts
    }
    if report:
        _report_words(spec, context, vocabulary, vectors, tokens, length)
    return Prepared(
        language=language, length=length, classes=train.classes, vocabulary=vocabulary, shift=shift, vectors=vectors, table=table,
        train=made["train"], validation=made["validation"], test=made["test"], split_seed=split_seed,
    )  # fmt: skip


Texts = dict[str, list[str]]
Labels = dict[str, list[int]]


def _read(given: Input | None) -> LabelledText | None:
    if given is None:
        return None
    handle: LabelledText = open_data(given.path, given.kind, given.options)
    return handle


def _split(spec: SpikingTextSpec, context: Context, train: LabelledText, seed: int, report: bool) -> tuple[Texts, Labels]:
    """Texts and labels of the three parts; what the user did not give is drawn from the training set."""
    texts: Texts = {"train": list(train.texts)}
    labels: Labels = {"train": list(train.labels)}
    for name, share in (("test", spec.split.test), ("validation", spec.split.validation)):
        given = _read(context.input(name))
        if given is None:
            _draw(texts, labels, name, _draw_share(texts["train"], share, derive_seed(seed, name)))
            continue
        texts[name], labels[name] = list(given.texts), _labels_as(train, given, name)
        if name == "test":  # before validation is drawn: choosing the epoch on test sentences would leak, too
            _treat_shared(spec, context, texts, labels, report)
    for name, part in texts.items():
        if not part:
            raise RequestError(f"No sentence is left for the {name} part", fix="Give more sentences, or other split shares")
    if len(set(labels["train"])) < 2:
        raise RequestError("The training part has one class only", fix="Give more sentences of the other classes")
    return texts, labels


def _draw(texts: Texts, labels: Labels, name: str, chosen: Sequence[bool]) -> None:
    """Move the chosen training sentences into another part."""
    rows = list(zip(texts["train"], labels["train"], chosen, strict=True))
    for part, wanted in ((name, True), ("train", False)):
        texts[part] = [text for text, _, is_chosen in rows if is_chosen is wanted]
        labels[part] = [label for _, label, is_chosen in rows if is_chosen is wanted]


def _draw_share(texts: Sequence[str], share: float, seed: int) -> list[bool]:
    """Draw about `share` of the sentences; equal ones are drawn together, so none stands on both sides."""
    keys = [normalised(text) for text in texts]
    distinct = list(dict.fromkeys(keys))
    order = torch.randperm(len(distinct), generator=generator_of(seed)).tolist()
    chosen = {distinct[position] for position in order[: max(1, round(share * len(distinct)))]}
    return [key in chosen for key in keys]


def _labels_as(train: LabelledText, other: LabelledText, name: str) -> list[int]:
    """Labels of another data set as numbers of the training classes."""
    missing = sorted(set(other.classes) - set(train.classes))
    if missing:
        raise RequestError(
            f"The {name} set {other.source.name} has classes that the training set lacks: {', '.join(missing)}",
            fix=f"The training set has: {', '.join(train.classes)}",
        )
    numbers = [train.classes.index(label) for label in other.classes]
    return [numbers[label] for label in other.labels]


def _treat_shared(spec: SpikingTextSpec, context: Context, texts: Texts, labels: Labels, report: bool) -> None:
    """Look for test sentences in the training set, and do what the settings say."""
    pairs = shared_sentences(texts["train"], texts["test"])
    n_shared = len({test for _, test in pairs})
    if report:
        context.metric("data/shared_sentences", n_shared)
    if not n_shared:
        return
    sentence = f"{n_shared} of {len(texts['test'])} test sentences also stand in the training set"
    if spec.text.shared == "refuse":
        raise RequestError(sentence, fix="Set text.shared to 'remove' to take them out of training")
    if spec.text.shared == "warn":
        if report:
            context.log(f"{sentence}: the test accuracy is too good. text.shared=remove takes them out of training.", "warning")
        return
    found = {normalised(texts["test"][test]) for _, test in pairs}
    leaked = {row for row, _ in pairs} | {row for row, text in enumerate(texts["train"]) if normalised(text) in found}
    kept = [row for row in range(len(texts["train"])) if row not in leaked]
    if report:
        context.log(f"{sentence}: {len(leaked)} sentences were taken out of training.")
    texts["train"] = [texts["train"][row] for row in kept]
    labels["train"] = [labels["train"][row] for row in kept]


def _language(spec: SpikingTextSpec, texts: Sequence[str]) -> Language:
    if spec.text.language != "auto":
        return spec.text.language
    return "chinese" if guess_language(texts) == "chinese" else "english"


def _vectors(
    spec: SpikingTextSpec, context: Context, tokens: dict[str, tuple[tuple[str, ...], ...]]
) -> tuple[Vocabulary, Tensor]:
    """Vocabulary and word vectors. Vectors learned here see the training part only."""
    settings, seed = spec.vectors, derive_seed(context.seed, "vectors")
    if isinstance(settings, FileVectors):
        given = context.input("vectors")
        if given is None:
            raise RequestError("vectors.kind=file needs the input 'vectors'", fix="Give it with --input vectors=NAME")
        everything = [words for part in tokens.values() for words in part]
        vocabulary = Vocabulary.from_tokens(everything, spec.text.min_count)
        wanted = {form for word in vocabulary.words for form in (word, word.capitalize(), word.upper())}
        table = read_word_vectors(given.path, keep=wanted)
        return vocabulary, from_table(table.words, table.vectors, vocabulary)
    vocabulary = Vocabulary.from_tokens(tokens["train"], spec.text.min_count)
    if isinstance(settings, RandomVectors):
        return vocabulary, random_vectors(vocabulary, settings.dimensions, seed)
    return vocabulary, ppmi_svd(tokens["train"], vocabulary, settings.dimensions, settings.window, settings.context_power, seed)


def _report_words(
    spec: SpikingTextSpec,
    context: Context,
    vocabulary: Vocabulary,
    vectors: Tensor,
    tokens: dict[str, tuple[tuple[str, ...], ...]],
    length: int,
) -> None:
    """Metrics and warnings about unknown words, cut and padded sentences."""
    for name, part in tokens.items():
        context.log(f"{name}: {len(part)} sentences")
    encoded = vocabulary.encode(tokens["test"], length, max(spec.network.widths))
    context.metric("data/cut_words", encoded.cut_share)
    if encoded.n_cut or encoded.n_short:
        context.log(
            f"{encoded.n_cut} of {len(tokens['test'])} test sentences are longer than {length} words and are cut "
            f"({encoded.cut_share:.1%} of the words); {encoded.n_short} are shorter than the widest filter and are padded."
        )
    unknown = vocabulary.unknown(tokens["test"], known=known_words(vectors))
    context.metric("data/unknown_words", unknown.share)
    context.table(
        "unknown-words",
        {"word": [word for word, _ in unknown.top], "count": [count for _, count in unknown.top]},
        "Most frequent unknown words",
    )
    if unknown.share > MANY_UNKNOWN:
        examples = ", ".join(word for word, _ in unknown.top[:_EXAMPLES])
        sentence = f"{unknown.share:.0%} of the test words have no vector (most often: {examples})"
        if unknown.share > spec.text.most_unknown:
            raise RequestError(sentence, "The vectors do not fit the text", "Choose other vectors, or raise text.most_unknown")
        context.log(f"{sentence}.", "warning")
