"""Energy: counted operations against brute force."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.encoders import bernoulli_by_sentence
from neurostudio.methods.spiking.energy import (
    PRESETS,
    EnergyConstants,
    ann_macs,
    break_even,
    covering_windows,
    energy_with_memory,
    quantised_bits,
    simple_energy,
    snn_operations,
    table_columns,
)
from neurostudio.methods.spiking.evaluation import measure_activity
from neurostudio.methods.spiking.training import derive_seed

FP32 = PRESETS["45nm-fp32"]


def brute_force_sops(snn, spikes, recorded):
    """Follow every spike to every neuron that it reaches."""
    n_position = spikes.shape[2]
    sops = dict.fromkeys((*snn.convolution_layers, "readout"), 0)
    for _, _, position, _ in spikes.nonzero().tolist():
        for width in snn.widths:
            for window in range(n_position - width + 1):
                if window <= position < window + width:
                    sops[f"conv_{width}"] += snn.n_filters
    for _ in recorded.spikes["pool"].nonzero().tolist():
        sops["readout"] += snn.n_class * snn.population
    return sops


@given(st.integers(1, 12), st.integers(1, 12))
@settings(deadline=None)
def test_windows_that_cover_a_position_are_counted_at_the_edges_too(n_position, width):
    if width > n_position:
        return
    expected = [sum(w <= place < w + width for w in range(n_position - width + 1)) for place in range(n_position)]
    assert covering_windows(n_position, width).tolist() == expected


@pytest.mark.parametrize("population", [1, 3])
def test_synaptic_operations_equal_brute_force(population, small_snn, random_rates):
    snn, rates = small_snn(population=population), random_rates(4)
    activity = measure_activity(snn, rates, 5, "bernoulli", seed=2)
    spikes = bernoulli_by_sentence(rates, 5, [derive_seed(2, "encoder", row) for row in range(4)])
    expected = brute_force_sops(snn, spikes, snn(spikes, record="everything"))
    for layer, (kind, n) in snn_operations(snn, activity).items():
        assert kind == "AC"
        assert n * 4 == pytest.approx(expected[layer])
    report = simple_energy(snn, activity, FP32)
    assert report.millijoule("SNN") == pytest.approx(sum(expected.values()) / 4 * 0.9e-9)


def test_macs_of_the_ordinary_network_are_the_formula(small_ann):
    ann = small_ann()
    macs = ann_macs(ann, None, 9)
    assert sum(macs.values()) == sum((9 - k + 1) * k * 5 * 6 for k in (2, 3, 4)) + 3 * 6 * 3


def test_without_padding_only_real_words_are_multiplied(small_ann, small_snn, random_rates):
    rates = random_rates(7)
    activity = measure_activity(small_snn(), rates, 4)
    expected = 0
    for n_word in (rates.sum(2) > 0).sum(1).tolist():
        for width in (2, 3, 4):
            expected += sum(min(max(n_word - w, 0), width) for w in range(9 - width + 1)) * 5 * 6
    macs = ann_macs(small_ann(), activity.words_at, 9, 7)
    assert sum(n for layer, n in macs.items() if layer != "readout") == pytest.approx(expected / 7)
    padded, unpadded = (simple_energy(small_snn(), activity, FP32, counts) for counts in (True, False))
    assert unpadded.millijoule("ANN") < padded.millijoule("ANN")
    assert unpadded.millijoule("SNN") == padded.millijoule("SNN"), "padding never spikes"
    assert "not counted" in unpadded.verdict()


def test_no_spikes_cost_nothing(small_snn):
    activity = measure_activity(small_snn(), torch.zeros(3, 9, 5), 6)
    assert simple_energy(small_snn(), activity, FP32).millijoule("SNN") == 0


def test_twice_the_steps_at_the_same_rates_cost_twice(small_snn):
    rates = torch.ones(2, 9, 5)  # rate 1 fires at each step, so both runs have exactly the same rates
    sops = [snn_operations(small_snn(), measure_activity(small_snn(), rates, n))["conv_3"][1] for n in (8, 16)]
    assert sops[1] == 2 * sops[0] > 0


def test_direct_input_multiplies_once_whatever_the_steps(small_snn, random_rates):
    rates = random_rates(4)
    reports = [simple_energy(small_snn(), measure_activity(small_snn(), rates, n, "direct"), FP32) for n in (4, 40)]
    rows = [{row.layer: row for row in report.rows if row.network == "SNN"} for report in reports]
    assert rows[0]["conv_3"] == rows[1]["conv_3"]
    assert rows[0]["conv_3"].kind == "MAC"
    assert rows[0]["readout"].kind == "AC"
    ann = {row.layer: row for row in reports[0].rows if row.network == "ANN"}
    assert rows[0]["conv_3"].millijoule == ann["conv_3"].millijoule


def test_presets_are_the_published_numbers():
    assert [(preset.mac, preset.ac) for preset in PRESETS.values()] == [(4.6, 0.9), (1.5, 0.4), (0.23, 0.03)]
    assert all("Horowitz" in preset.source for preset in PRESETS.values())


def test_single_constants_can_be_replaced_and_wrong_ones_are_refused():
    assert FP32.with_changes({"ac": 0.5}) == EnergyConstants(mac=4.6, ac=0.5)
    assert FP32.with_changes({}) is FP32
    with pytest.raises(RequestError, match="'acc'"):
        FP32.with_changes({"acc": 1.0})
    with pytest.raises(RequestError, match="mac"):
        FP32.with_changes({"mac": -1.0})
    with pytest.raises(RequestError, match="source"):
        FP32.with_changes({"source": 1.0})


def test_the_verdict_is_blunt_when_spikes_cost_more(small_snn):
    rates = torch.full((3, 9, 5), 0.5)
    few, many = (measure_activity(small_snn(), rates, n) for n in (4, 50))
    assert "MORE" not in simple_energy(small_snn(), few, FP32).verdict()
    dear = simple_energy(small_snn(), many, FP32)
    assert dear.ratio > 1
    assert "MORE expensive" in dear.verdict()
    assert "estimate" in dear.verdict()
    assert "not below the limit" in break_even(many, FP32)
    assert "5.1" in break_even(many, FP32)
    assert ", below the limit" in break_even(few, FP32)
    assert "same MACs" in break_even(measure_activity(small_snn(), rates, 4, "direct"), FP32)


@pytest.mark.parametrize(("n_steps", "bits"), [(1, 1), (3, 2), (4, 3), (15, 4), (16, 5), (50, 6)])
def test_the_quantised_network_has_the_bits_of_a_spike_count(n_steps, bits):
    assert quantised_bits(n_steps) == bits


@pytest.mark.parametrize("encoder", ["bernoulli", "direct"])
@pytest.mark.parametrize("counts_padding", [True, False])
def test_memory_traffic_equals_a_count_by_hand(encoder, counts_padding, small_snn, random_rates):
    snn = small_snn(widths=(3,))
    rates = random_rates(5, least=9) if counts_padding else random_rates(5)
    activity = measure_activity(snn, rates, 16, encoder)
    report = energy_with_memory(snn, activity, FP32, counts_padding)
    rows = {(row.network, row.layer, row.kind): row for row in report.rows}
    macs = ann_macs(snn, None if counts_padding else activity.words_at, 9, 5)["conv_3"]
    n_neuron = 7 * 6 * macs / (7 * 3 * 5 * 6)
    ann_bytes = (macs * 8 + macs / 6 * 5 + n_neuron * 5) / 8
    assert report.reference == "5-bit ANN"
    assert rows["5-bit ANN", "conv_3", "memory"].n_operation == pytest.approx(ann_bytes)
    assert rows["5-bit ANN", "conv_3", "memory"].millijoule == pytest.approx(ann_bytes * 2.5e-9)
    assert rows["5-bit ANN", "conv_3", "MAC"].millijoule == pytest.approx(macs * (0.2 * 5 / 8 + 0.03) * 1e-9)
    kind, n = snn_operations(snn, activity, counts_padding)["conv_3"]
    input_bits = macs / 6 * (16 if encoder == "bernoulli" else 8)
    snn_bytes = (n * 8 + input_bits + n_neuron * 16 * (2 * 16 + 1)) / 8
    assert rows["SNN", "conv_3", "memory"].n_operation == pytest.approx(snn_bytes)
    assert kind == ("AC" if encoder == "bernoulli" else "MAC")
    assert report.millijoule("SNN") == pytest.approx(sum(row.millijoule for row in report.rows if row.network == "SNN"))


def test_the_table_has_one_line_per_row(small_snn, random_rates):
    activity = measure_activity(small_snn(), random_rates(3), 4)
    reports = [simple_energy(small_snn(), activity, FP32), energy_with_memory(small_snn(), activity, FP32)]
    columns = table_columns(reports)
    assert {len(column) for column in columns.values()} == {sum(len(report.rows) for report in reports)}
    assert set(columns["kind"]) == {"MAC", "AC", "memory"}
