"""Features of words from a layer of a language model, read in context.

The words of a run become one text. The tokenizer says which characters each token stands for, and so which word; special
tokens stand for none. The model reads the tokens in windows that overlap, so that every token but the first has at least half
a window behind it, and a window never reaches past its run.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.methods.fmri.features.pretrained import Source, check_installed, explained_loading, load_model, name_of, place_of

MOST_UNREAD = 0.2
SOME_UNREAD = 0.05


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """A model and its tokenizer, in memory.

    Attributes
    ----------
    name : str
    model, tokenizer
        As transformers loads them; the model is in evaluation mode, without its output head.
    n_layer : int
    n_positions : int or None
        Most tokens that the model was made for.
    reads_ahead : bool
        Whether a token sees what comes after it (BERT and the like).
    """

    name: str
    model: Any
    tokenizer: Any
    n_layer: int
    n_positions: int | None
    reads_ahead: bool

    def layer(self, wanted: int | None) -> int:
        """Place among the hidden states: None the middle, negative from the end.

        Raises
        ------
        RequestError
            The model has not so many layers.
        """
        return layer_place(wanted, self.n_layer, self.name, "language.layer")


@dataclass(frozen=True, eq=False)
class Spans:
    """A text made of words, and the characters of each: ``text[start[i]:stop[i]]`` is word i."""

    text: str
    start: NDArray[np.intp]
    stop: NDArray[np.intp]


def load_language_model(source: Source, device: str = "cpu") -> LanguageModel:
    """Load a model and its tokenizer from a folder, or from the hub by name.

    Raises
    ------
    NeuroError
        It cannot be loaded, has no fast tokenizer, or is no model of text.
    """
    check_installed()
    from transformers import AutoTokenizer

    name = name_of(source)
    place, options = place_of(source)
    with explained_loading(source):
        tokenizer = AutoTokenizer.from_pretrained(place, **options)
    if not getattr(tokenizer, "is_fast", False):
        raise RequestError(
            f"The tokenizer of {name} does not say which characters a token stands for",
            fix="Give a model folder with a tokenizer.json",
        )
    model = load_model(source, device)
    config = getattr(model.config, "text_config", None) or model.config
    n_layer = getattr(config, "num_hidden_layers", None)
    if n_layer is None:
        raise RequestError(f"{name} is no model of text with layers", fix="Give a folder of a language model")
    positions = getattr(config, "max_position_embeddings", None)
    return LanguageModel(name, model, tokenizer, int(n_layer), positions, reads_ahead(model.config))


def reads_ahead(config: Any) -> bool:
    """Whether a model sees the words to come, as far as its configuration tells."""
    if getattr(config, "is_decoder", False):
        return False
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES, MODEL_FOR_MASKED_LM_MAPPING_NAMES

    kind = getattr(config, "model_type", "")
    return kind in MODEL_FOR_MASKED_LM_MAPPING_NAMES or kind not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES


def layer_place(wanted: int | None, n_layer: int, name: str, setting: str) -> int:
    """Place of a layer among the hidden states 0 ... n_layer; RequestError where there are not so many."""
    place = n_layer // 2 if wanted is None else wanted if wanted >= 0 else n_layer + 1 + wanted
    if not 0 <= place <= n_layer:
        raise RequestError(
            f"{name} has {n_layer} layers, and layer {wanted} was asked for",
            fix=f"Set {setting} to 0 (the embeddings) to {n_layer}, or negative to count from the last",
        )
    return place


def spans_of(words: Sequence[str]) -> Spans:
    """Write words as one text: with blanks between them, but not beside Chinese, Japanese and Thai letters.

    >>> spans_of(["the", "cat"]).text, spans_of(["小", "王子"]).text
    ('the cat', '小王子')
    """
    parts: list[str] = []
    start, stop, length = [], [], 0
    for place, word in enumerate(words):
        if place and not (_is_unspaced(words[place - 1][-1]) or _is_unspaced(word[0]) or _joins(word)):
            parts.append(" ")
            length += 1
        start.append(length)
        length += len(word)
        stop.append(length)
        parts.append(word)
    return Spans("".join(parts), np.array(start, np.intp), np.array(stop, np.intp))


def tokens_of_words(spans: Spans, offsets: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """First and behind-last token of each word: those whose characters overlap the word's; equal where there is none.

    Tokens are in the order of the text; tokens without characters (special ones, where they stand) belong to no word.
    """
    begin = np.array([one for one, _ in offsets], np.intp)
    end = np.array([two for _, two in offsets], np.intp)
    found = []
    for start, stop in zip(spans.start, spans.stop, strict=True):
        places = np.flatnonzero((begin < stop) & (end > start) & (end > begin))
        found.append((int(places[0]), int(places[-1]) + 1) if len(places) else (0, 0))
    return found


def windows(n_token: int, size: int, stride: int) -> list[tuple[int, int, int]]:
    """Cut tokens into readings ``(begin, first, end)``: read begin:end, keep first:end.

    >>> windows(10, 4, 2)
    [(0, 0, 4), (2, 4, 6), (4, 6, 8), (6, 8, 10)]
    """
    cuts = [(0, 0, min(size, n_token))]
    while cuts[-1][2] < n_token:
        first = cuts[-1][2]
        end = min(first + stride, n_token)
        cuts.append((max(end - size, 0), first, end))
    return cuts


def word_states(
    language: LanguageModel,
    words: Sequence[str],
    *,
    layer: int | None = None,
    context: int = 256,
    stride: int | None = None,
    word: Literal["last", "mean"] = "last",
    batch: int = 8,
    tick: Callable[[int, int], None] | None = None,
) -> tuple[NDArray[np.float32], int]:
    """The hidden state of each word of a run, read in context.

    Parameters
    ----------
    layer : int, optional
        Number of layers passed; None: the middle.
    context : int
        Most tokens in one reading, with the special ones; cut to what the model was made for.
    stride : int, optional
        New tokens a reading; None: half of the context.
    tick : function, optional
        Called with (done, total) readings after each batch; may raise to stop.

    Returns
    -------
    ndarray, shape (n_word, n_hidden)
        0 for a word without tokens.
    int
        How many words have none, or none but "unknown".

    Raises
    ------
    RequestError
        More than a fifth of the words cannot be read.
    """
    place = language.layer(layer)
    spans = spans_of(words)
    encoded = language.tokenizer(spans.text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    ids = np.array(encoded["input_ids"], np.int64)
    of_word = tokens_of_words(spans, encoded["offset_mapping"])
    n_unread = _count_unread(language, ids, of_word, words)
    states = _token_states(language, ids, place, context, stride, batch, tick)
    out = np.zeros((len(words), states.shape[1]), np.float32)
    for number, (first, end) in enumerate(of_word):
        if end > first:
            out[number] = states[end - 1] if word == "last" else states[first:end].mean(axis=0)
    return out, n_unread


# --- inside ---------------------------------------------------------------------------------------------------------------


def _token_states(
    language: LanguageModel,
    ids: NDArray[np.int64],
    place: int,
    context: int,
    stride: int | None,
    batch: int,
    tick: Callable[[int, int], None] | None,
) -> NDArray[np.float32]:
    import torch

    before, after = _special_tokens(language.tokenizer)
    size = min(context, language.n_positions or context) - len(before) - len(after)
    if size < 1:
        raise RequestError(f"A context of {context} tokens leaves no room for words", fix="Raise language.context")
    cuts = windows(len(ids), size, min(stride or max(size // 2, 1), size))
    device = next(language.model.parameters()).device
    states: NDArray[np.float32] | None = None
    # all readings but perhaps the first and the last are equally long, so a batch needs no padding
    for rows in _equally_long(cuts, batch):
        readings = [[*before, *ids[cuts[row][0] : cuts[row][2]].tolist(), *after] for row in rows]
        with torch.inference_mode():
            given = torch.tensor(readings, device=device)
            output = language.model(input_ids=given, attention_mask=torch.ones_like(given), output_hidden_states=True)
        hidden = output.hidden_states[place].float().cpu().numpy()
        if states is None:
            states = np.zeros((len(ids), hidden.shape[2]), np.float32)
        for row, values in zip(rows, hidden, strict=True):
            begin, first, end = cuts[row]
            states[first:end] = values[len(before) + first - begin : len(before) + end - begin]
        if tick is not None:
            tick(rows[-1] + 1, len(cuts))
    if states is None or not np.isfinite(states).all():
        raise NeuroError(f"{language.name} gives values that are not finite", fix="Choose another layer, or check the model")
    return states


def _equally_long(cuts: Sequence[tuple[int, int, int]], batch: int) -> list[list[int]]:
    groups: list[list[int]] = []
    for row, (begin, _, end) in enumerate(cuts):
        last = cuts[groups[-1][0]] if groups else None
        if last and last[2] - last[0] == end - begin and len(groups[-1]) < batch:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _special_tokens(tokenizer: Any) -> tuple[list[int], list[int]]:
    """Tokens that the model expects before and behind a text."""
    ids = tokenizer("a")["input_ids"]
    plain = tokenizer("a", add_special_tokens=False)["input_ids"]
    for start in range(len(ids) - len(plain) + 1):
        if ids[start : start + len(plain)] == plain:
            return list(ids[:start]), list(ids[start + len(plain) :])
    return [], []


def _count_unread(
    language: LanguageModel, ids: NDArray[np.int64], of_word: Sequence[tuple[int, int]], words: Sequence[str]
) -> int:
    unknown = language.tokenizer.unk_token_id
    # some models use their end-of-text token as "unknown", which then never means it
    bare = unknown is not None and unknown not in (language.tokenizer.eos_token_id, language.tokenizer.bos_token_id)
    unread = [
        word
        for word, (first, end) in zip(words, of_word, strict=True)
        if first == end or (bare and bool((ids[first:end] == unknown).all()))
    ]
    if len(unread) > MOST_UNREAD * len(words):
        raise RequestError(
            f"{language.name} cannot read {len(unread)} of {len(words)} words, such as '{unread[0]}'",
            "Its tokenizer does not know their letters",
            "Give a model of this language",
        )
    return len(unread)


def _is_unspaced(letter: str) -> bool:
    name = unicodedata.name(letter, "")
    return name.startswith(("CJK", "HIRAGANA", "KATAKANA", "THAI", "IDEOGRAPHIC", "FULLWIDTH", "LAO", "KHMER"))


def _joins(word: str) -> bool:
    """Whether a piece is written without a blank before it: punctuation, or a clitic such as 's."""
    return (
        unicodedata.category(word[0]) in ("Po", "Pe", "Pf")
        and not any(letter.isalnum() for letter in word[:1])
        and (len(word) == 1 or word[0] in "'’")
    )
