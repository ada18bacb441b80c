"""One sentence, spike by spike: what is derived from it, and that files and live answers give the same record."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.gui.panels.spiking_text.sentence import (
    LayerSpikes,
    Sentence,
    bare_word,
    filters_in,
    layers_of_answer,
    layers_of_arrays,
)

ARRAYS = {
    "times": np.array([1, 2, 2, 3]),
    "units": np.array([0, 5, 8, 9]),
    "groups": np.array([0, 0, 1, 1]),
    "group_names": np.array(["conv_3", "pool"]),
    "membrane_conv_3": np.arange(24.0).reshape(3, 8),
    "membrane_pool": np.zeros((3, 4)),
    "membrane_output": np.zeros((3, 2)),
}
ANSWER = {
    "conv_3": {"times": [1, 2], "units": [0, 5], "n_neuron": 8},
    "pool": {"times": [2, 3], "units": [0, 1], "n_neuron": 4},
}


def test_the_numbers_of_a_file_and_of_an_answer_give_the_same_spikes() -> None:
    for one, other in zip(layers_of_arrays(ARRAYS, {"conv_3": 1.5}), layers_of_answer(ANSWER), strict=True):
        assert (one.name, one.n_neuron, one.n_filter) == (other.name, other.n_neuron, other.n_filter)
        np.testing.assert_array_equal(one.times, other.times)
        np.testing.assert_array_equal(one.units, other.units)


def test_membranes_and_thresholds_come_with_their_layer() -> None:
    convolution, pooled = layers_of_arrays(ARRAYS, {"conv_3": 1.5})
    assert convolution.threshold == 1.5
    assert pooled.threshold is None
    assert convolution.membrane is not None
    assert convolution.membrane[2, 5] == 21.0


def test_a_file_without_membranes_still_gives_its_spikes() -> None:
    bare = {name: array for name, array in ARRAYS.items() if not name.startswith("membrane")}
    layers = layers_of_arrays(bare, {})
    assert [len(layer.times) for layer in layers] == [2, 2]
    assert all(layer.membrane is None for layer in layers)


def test_a_neuron_is_named_by_filter_and_words(sentence: Sentence) -> None:
    convolution, pooled = sentence.layers
    assert convolution.unit_text(3, sentence.words) == "filter 1 at “small dull gem”"
    assert convolution.unit_text(9, sentence.words) == "filter 1 at “padding”"
    assert pooled.unit_text(1, sentence.words) == "neuron 1"


def test_a_word_has_the_spikes_of_every_window_that_holds_it(sentence: Sentence) -> None:
    convolution, pooled = sentence.layers
    assert convolution.covers(0).tolist() == [True, False, True, False]
    assert convolution.covers(1).tolist() == [True, True, True, True]
    assert convolution.covers(3).tolist() == [False, True, False, True]
    assert not pooled.covers(0).any()


@given(
    st.integers(1, 6),
    st.integers(1, 8),
    st.integers(1, 12),
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 95)), max_size=40),
)
def test_positions_lie_in_the_sentence_and_windows_have_their_width(
    width: int, n_filter: int, n_position: int, spikes: list[tuple[int, int]]
) -> None:
    units = np.array([unit % (n_filter * n_position) for _, unit in spikes], dtype=np.int64)
    times = np.array([time for time, _ in spikes], dtype=np.int64)
    layer = LayerSpikes(f"conv_{width}", times, units, n_filter * n_position, n_filter)
    assert ((layer.positions >= 0) & (layer.positions < n_position)).all()
    covered = sum(layer.covers(word).astype(int) for word in range(n_position + width))
    assert (covered == width).all() if len(units) else True


def test_the_answer_is_the_highest_score_and_holds_from_a_step_on(sentence: Sentence) -> None:
    assert sentence.said == "good"
    assert sentence.decided_at == 2
    assert sentence.probabilities.sum() == pytest.approx(1)
    assert sentence.probabilities[1] == pytest.approx(np.exp(0.6) / (np.exp(0.6) + np.exp(0.1)))
    assert sentence.unknown_words == ("dull",)


def test_a_sentence_without_an_answer_says_nothing() -> None:
    empty = Sentence("", ())
    assert (empty.said, empty.decided_at, empty.n_time) == ("", 0, 0)
    assert empty.probabilities.size == 0


def test_filters_are_counted_from_the_pooled_layer() -> None:
    assert filters_in(["conv_3", "conv_4", "pool"], {"pool": 64}) == 32
    assert filters_in(["conv_3"], {}) == 1


def test_numbers_before_words_are_taken_away_once() -> None:
    assert bare_word("3. near") == "near"
    assert bare_word("12. 3. volume") == "3. volume"
