"""Reading what a real run left, and what is said about it."""

from pathlib import Path

import pytest

from neurostudio.app import Project, list_runs
from neurostudio.core.errors import NeuroError
from neurostudio.gui.panels.spiking_text.results import Energy, EnergyBar, LayerRates, RunResults, choices, open_results


@pytest.fixture
def project(sample_project: Path) -> Project:
    """The sample."""
    opened = Project.open(sample_project)
    yield opened
    opened.close()


@pytest.fixture
def results(project: Project) -> RunResults:
    """Its first run."""
    return open_results(project, next(row.run_id for row in list_runs(project) if row.name == "first"))


def test_finished_runs_can_be_chosen_newest_first_and_those_without_numbers_not(project: Project) -> None:
    assert [choice.text.split(" · ")[0] for choice in choices(project)] == ["second", "first"]
    assert all("accuracy 0." in choice.text for choice in choices(project))


def test_a_sentence_has_its_words_spikes_membranes_and_decision(results: RunResults) -> None:
    example = results.examples()[0]
    sentence = results.sentence(example)
    assert sentence.said == example.said
    assert sentence.text == example.text
    assert sentence.input_raster.shape == (len(sentence.words), sentence.n_time)
    assert [layer.name for layer in sentence.layers] == ["conv_3", "conv_4", "conv_5", "pool"]
    for layer in sentence.layers:
        assert layer.membrane is not None
        assert layer.threshold is not None
        fired = layer.membrane[layer.times - 1, layer.units]
        assert (fired >= layer.threshold - 1e-6).all()  # every spike stands where the membrane reached its threshold
    widths = {window.layer: len(window.words.split()) for window in results.fired_windows(example)}
    assert widths
    assert all(count <= int(layer.removeprefix("conv_")) for layer, count in widths.items())


def test_fired_windows_are_the_spikes_of_the_raster(results: RunResults) -> None:
    example = results.examples()[0]
    sentence = results.sentence(example)
    window = results.fired_windows(example)[0]
    layer = sentence.layer(window.layer)
    assert layer is not None
    starts = [
        start
        for start in range(len(sentence.words))
        if layer.unit_text(start * layer.n_filter, sentence.words).endswith(f"“{window.words}”")
    ]
    found = {tuple(layer.times[layer.units == start * layer.n_filter + window.number].tolist()) for start in starts}
    assert window.times in found


def test_energy_adds_up_to_the_metrics_of_the_run(results: RunResults) -> None:
    energy = results.energy(with_memory=False)
    assert energy is not None
    assert energy.networks == ("ANN", "SNN")
    assert energy.total("ANN") == pytest.approx(results.metrics["energy/ann_millijoule"])
    assert energy.total("SNN") == pytest.approx(results.metrics["energy/snn_millijoule"])
    with_memory = results.energy(with_memory=True)
    assert with_memory is not None
    assert "memory" in with_memory.kinds


def test_the_verdict_says_who_needs_less_also_where_spikes_cost_more() -> None:
    def energy(spiking: float) -> Energy:
        bars = (EnergyBar("ANN", "conv_3", (("MAC", 2.0),)), EnergyBar("SNN", "conv_3", (("AC", spiking),)))
        return Energy(bars, ("MAC", "AC"))

    assert energy(1.0).verdict() == "By this estimate the SNN needs 50 % of the energy of the ANN."
    assert energy(5.0).verdict() == "By this estimate the SNN needs 2.50 times as much energy as the ANN: it costs more."
    assert Energy((), ()).verdict() == ""


def test_dead_neurons_are_counted_in_words(results: RunResults) -> None:
    rates = results.rates()
    assert rates is not None
    for layer in rates:
        assert layer.n_dead == int((layer.rates == 0).sum())
    import numpy as np

    assert LayerRates("conv_3", np.array([0.0, 0.0, 0.5]), 2, 0, 0.25).sentence() == (
        "Width 3: 2 of 3 neurons never fire; 25.0 % of those that fire for a sentence fire in each step."
    )


def test_filters_have_their_sequences_strongest_first(results: RunResults) -> None:
    filters = results.filters()
    assert filters is not None
    for one in filters:
        rates = [rate for _, rate in one.grams]
        assert rates == sorted(rates, reverse=True)


def test_test_sentences_for_a_first_try_are_from_the_predictions(results: RunResults) -> None:
    sentences = results.test_sentences()
    assert 0 < len(sentences) <= 8
    text = results.artifacts["predictions"].path.read_text(encoding="utf-8")
    assert all(sentence.replace('"', '""') in text for sentence in sentences)


def test_a_damaged_file_is_named(results: RunResults) -> None:
    results.artifacts["spikes-1"].path.write_bytes(b"not a zip")
    with pytest.raises(NeuroError, match=r"spikes-1\.npz cannot be read"):
        results.sentence(results.examples()[0])
    results.artifacts["energy"].path.unlink()
    with pytest.raises(NeuroError, match=r"energy\.csv is missing"):
        results.energy(with_memory=False)


def test_outputs_that_a_run_does_not_have_are_none(project: Project) -> None:
    broken = open_results(project, next(row.run_id for row in list_runs(project) if row.name == "broken"))
    assert broken.examples() == ()
    assert broken.energy(with_memory=True) is None
    assert broken.rates() is None
    assert broken.filters() is None
    assert broken.test_sentences() == ()
    assert not broken.has_model
