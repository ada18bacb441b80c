"""Features of words from a layer of a language model, on tiny models made here."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.errors import Cancelled, NeuroError, RequestError
from neurostudio.data import open_data
from neurostudio.methods.fmri.features.language import (
    LanguageModel,
    load_language_model,
    spans_of,
    tokens_of_words,
    windows,
    word_states,
)

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

WORDS = ["the", "little", "prince", "drew", "a", "sheep", "and", "asked", "nothing", "more"]


def byte_tokenizer(folder: Path, merges: bool = True) -> None:
    """A byte-level BPE tokenizer with a special token in front, as GPT-2's and Llama's have it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=300, initial_alphabet=alphabet, special_tokens=["<s>", "</s>"], show_progress=False)
    tokenizer.train_from_iterator([" ".join(WORDS)] * 20 if merges else [], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>").save_pretrained(folder)


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("models") / "tiny"
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=300,
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=64,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    byte_tokenizer(folder)
    return load_language_model(open_data(folder, "language-model"))


def states_by_hand(model: LanguageModel, words: list[str], layer: int) -> np.ndarray:
    """Last token of each word, the whole text at once, words cut off one after another to find their last token."""
    text = " ".join(words)
    ids = model.tokenizer(text, return_tensors="pt").input_ids
    with torch.inference_mode():
        hidden = model.model(input_ids=ids, output_hidden_states=True).hidden_states[layer][0].numpy()
    lengths = [len(model.tokenizer(" ".join(words[: count + 1])).input_ids) for count in range(len(words))]
    return hidden[[length - 1 for length in lengths]]


@pytest.mark.parametrize("layer", [0, 1, 2, -1])
def test_a_word_is_the_state_of_its_last_token_at_the_layer_asked_for(llama: LanguageModel, layer: int) -> None:
    found, unread = word_states(llama, WORDS, layer=layer, context=64)
    assert unread == 0
    np.testing.assert_allclose(found, states_by_hand(llama, WORDS, layer), atol=1e-5)


def test_the_middle_layer_is_the_default_and_the_mean_of_tokens_a_choice(llama: LanguageModel) -> None:
    assert llama.layer(None) == 1
    words = [*WORDS, "snakeskin"]
    last, _ = word_states(llama, words, context=64)
    mean, _ = word_states(llama, words, context=64, word="mean")
    first = llama.tokenizer(" ".join(WORDS)).input_ids
    tokens = llama.tokenizer(" ".join(words), return_tensors="pt").input_ids
    with torch.inference_mode():
        hidden = llama.model(input_ids=tokens, output_hidden_states=True).hidden_states[1][0].numpy()
    spoken = [place for place in range(len(first), len(hidden)) if llama.tokenizer.decode(tokens[0, place]).strip()]
    assert len(spoken) > 1
    np.testing.assert_allclose(last[-1], hidden[-1], atol=1e-5)
    np.testing.assert_allclose(mean[-1], hidden[spoken].mean(axis=0), atol=1e-5)


def test_a_word_knows_what_came_before_and_not_what_follows(llama: LanguageModel) -> None:
    one, _ = word_states(llama, WORDS, context=64)
    other, _ = word_states(llama, [*WORDS[:5], "box", *WORDS[6:]], context=64)
    np.testing.assert_allclose(one[:5], other[:5], atol=1e-5)
    assert np.abs(one[6] - other[6]).max() > 1e-3
    assert not llama.reads_ahead


def test_short_windows_cut_the_context_and_batches_change_nothing(llama: LanguageModel) -> None:
    words = WORDS * 6
    exact, _ = word_states(llama, words, context=20, stride=1, batch=7)
    again, _ = word_states(llama, words, context=20, stride=1, batch=1)
    np.testing.assert_allclose(exact, again, atol=1e-5)
    other_start, _ = word_states(llama, [*WORDS[3:], *words], context=20, stride=1)
    np.testing.assert_allclose(exact[-5:], other_start[-5:], atol=1e-5)
    whole, _ = word_states(llama, words, context=64, stride=1)
    assert np.abs(exact[-5:] - whole[-5:]).max() > 1e-4


def test_a_context_beyond_what_the_model_was_made_for_is_cut(llama: LanguageModel) -> None:
    words = WORDS * 8
    one, _ = word_states(llama, words, context=5000)
    other, _ = word_states(llama, words, context=64)
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("word", ["last", "mean"])
def test_letters_of_several_bytes_find_their_tokens(llama: LanguageModel, word: str) -> None:
    words = ["当", "我", "还", "只有", "六岁"]
    found, unread = word_states(llama, words, context=64, word=word)
    assert unread == 0
    assert np.abs(found).min(axis=1).max() > 0
    assert len({tuple(row) for row in found.round(4).tolist()}) == 5


def test_the_reading_can_be_stopped_between_batches(llama: LanguageModel) -> None:
    seen = []
    word_states(llama, WORDS * 4, context=10, batch=2, tick=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == seen[-1][1]

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        word_states(llama, WORDS, context=10, tick=stop)


def test_a_model_that_reads_both_ways_is_told_apart(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    config = BertConfig(
        vocab_size=12, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=8, max_position_embeddings=16
    )
    BertModel(config).save_pretrained(tmp_path)
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(["[UNK]", *WORDS])}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[UNK]").save_pretrained(tmp_path)
    model = load_language_model(open_data(tmp_path, "language-model"))
    assert model.reads_ahead
    found, unread = word_states(model, [*WORDS, "unheard"])
    assert (found.shape, unread) == ((11, 8), 1)
    with pytest.raises(RequestError, match="cannot read 3 of 4 words, such as 'le'"):
        word_states(model, ["le", "petit", "a", "mouton"])


@pytest.mark.parametrize("layer", [3, -4])
def test_a_layer_that_is_not_there_is_refused(llama: LanguageModel, layer: int) -> None:
    with pytest.raises(RequestError, match=f"has 2 layers, and layer {layer} was asked for"):
        word_states(llama, WORDS, layer=layer)


def test_a_folder_without_tokenizer_is_refused(tmp_path: Path, llama: LanguageModel) -> None:
    llama.model.save_pretrained(tmp_path)
    with pytest.raises(NeuroError, match="cannot be loaded"):
        load_language_model(open_data(tmp_path, "language-model"))


def test_weights_that_are_missing_are_not_made_up(tmp_path: Path, llama: LanguageModel) -> None:
    from safetensors.torch import load_file, save_file

    llama.model.save_pretrained(tmp_path)
    byte_tokenizer(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    lost = next(name for name in weights if "q_proj" in name)
    save_file(
        {name: values for name, values in weights.items() if name != lost}, tmp_path / "model.safetensors", {"format": "pt"}
    )
    with pytest.raises(NeuroError, match=r"1 weights .* are missing"):
        load_language_model(open_data(tmp_path, "language-model"))


def test_a_real_model_reads_a_story(shared_data: Any) -> None:
    model = load_language_model(open_data(shared_data("models/stories260K"), "language-model"))
    found, unread = word_states(model, ["Once", "upon", "a", "time", ",", "there", "was", "a", "little", "girl", "."])
    assert (found.shape, unread, model.n_layer) == ((11, 64), 0, 5)
    assert np.corrcoef(found[2], found[7])[0, 1] > np.corrcoef(found[2], found[9])[0, 1]


# --- alignment without a model


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Z", "C"]), min_size=1, max_size=5), min_size=1, max_size=12))
def test_each_word_stands_in_the_text_where_its_span_says(words: list[str]) -> None:
    spans = spans_of(words)
    assert [spans.text[start:stop] for start, stop in zip(spans.start, spans.stop, strict=True)] == words
    assert all(first <= second for first, second in itertools.pairwise(spans.stop.tolist()))


def test_blanks_stand_between_words_but_not_beside_chinese_letters_or_before_punctuation() -> None:
    assert spans_of(["Hello", ",", "it", "'s", "me", "."]).text == "Hello, it's me."
    assert spans_of(["小", "王子", "loves", "his", "花"]).text == "小王子loves his花"


@given(
    lengths=st.lists(st.integers(1, 6), min_size=1, max_size=10),
    cuts=st.sets(st.integers(1, 69), max_size=30),
)
def test_tokens_of_a_word_are_those_that_overlap_it(lengths: list[int], cuts: set[int]) -> None:
    spans = spans_of(["x" * length for length in lengths])
    edges = [0, *sorted(cut for cut in cuts if cut < len(spans.text)), len(spans.text)]
    offsets = [(0, 0), *itertools.pairwise(edges)]
    for (start, stop), (first, end) in zip(
        zip(spans.start, spans.stop, strict=True), tokens_of_words(spans, offsets), strict=True
    ):
        assert first > 0
        assert offsets[first][0] <= start < offsets[first][1]
        assert offsets[end - 1][0] < stop <= offsets[end - 1][1]


@given(n_token=st.integers(1, 200), size=st.integers(1, 50), data=st.data())
def test_windows_keep_each_token_once_with_at_least_half_a_window_behind_it(n_token: int, size: int, data: st.DataObject) -> None:
    stride = data.draw(st.integers(1, size))
    cuts = windows(n_token, size, stride)
    kept = [token for _, first, end in cuts for token in range(first, end)]
    assert kept == list(range(n_token))
    for begin, first, end in cuts:
        assert end - begin <= size
        assert begin == 0 or first - begin == size - (end - first) >= size - stride
