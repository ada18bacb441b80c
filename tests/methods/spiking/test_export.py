"""A spiking network goes to a folder and comes back, also without this package."""

import json
import subprocess
import sys
import sysconfig

import pytest
import torch

from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.methods.spiking.export import SpikingModel, load_folder, plain_pytorch_source, save_folder
from neurostudio.methods.spiking.neurons import NeuronParameters
from neurostudio.methods.spiking.scoring import WordRates
from neurostudio.methods.spiking.vocabulary import Vocabulary

VOCABULARY = Vocabulary(("<pad>", "<unk>", "film", "good", "bad", "酒店", "n't", "é"))
TABLE = torch.rand(8, 5, generator=torch.Generator().manual_seed(3)).index_fill(0, torch.tensor([0, 1]), 0.0)
SENTENCES = [["good", "film"], ["bad", "film", "n't", "good"], ["酒店", "é", "unheard", "bad"] * 4, []]


def model_of(snn, encoder="direct"):
    return SpikingModel(snn, WordRates(VOCABULARY, TABLE, 9), ("negative", "neutral", "positive"), 12, encoder, "english")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"readout": "spikes", "population": 3, "neuron": NeuronParameters(beta=0.9, reset="hard", v_reset=-0.1)},
        {"neuron": NeuronParameters(reset="subtract-delayed", surrogate="fast-sigmoid", slope=25.0), "initial_fraction": 0.0},
        {"centred": False},
    ],
)
def test_a_network_comes_back_as_it_was(options, small_snn, tmp_path):
    model = model_of(small_snn(**options), "bernoulli")
    save_folder(tmp_path / "snn", model, {"metrics": {"test/accuracy": 0.75}})
    back = load_folder(tmp_path / "snn")
    assert back.snn.neuron == model.snn.neuron
    assert (back.labels, back.n_steps, back.encoder, back.language) == (model.labels, 12, "bernoulli", "english")
    assert back.words.vocabulary == VOCABULARY
    torch.testing.assert_close(back.scorer((1, 2))(SENTENCES), model.scorer((1, 2))(SENTENCES))
    assert model.snn.centred == options.get("centred", True), "saving leaves the network alone"
    config = json.loads((tmp_path / "snn" / "config.json").read_text())
    assert config["metrics"] == {"test/accuracy": 0.75}
    assert config["neuron_convention"] == model.snn.neuron.convention
    assert config["thresholds"]["conv_3"] == pytest.approx(model.snn.threshold("conv_3"))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"readout": "spikes", "population": 2},
        {"neuron": NeuronParameters(beta=0.9, reset="hard", v_reset=-0.1)},
        {"neuron": NeuronParameters(beta=0.95, reset="subtract-delayed")},
    ],
)
def test_plain_pytorch_alone_gives_the_same_answers(options, small_snn, tmp_path):
    model = model_of(small_snn(**options))
    save_folder(tmp_path / "snn", model)
    program = f"""{plain_pytorch_source()}
import sys
sys.stdout.reconfigure(encoding="utf-8")
network = SpikingText({str(tmp_path / "snn")!r})
sentences = {SENTENCES!r}
print(json.dumps([network.scores(network.ids(sentences)).tolist(), network.classify(sentences)]))
try:
    import neurostudio
except ModuleNotFoundError:
    pass
else:
    raise SystemExit("neurostudio was importable: the test shows nothing")
"""
    packages = sysconfig.get_paths()["purelib"]
    (tmp_path / "run.py").write_text(
        f"import sys\nsys.path = [p for p in sys.path if p] + [{packages!r}]\n{program}", encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(tmp_path / "run.py")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    scores, classes = json.loads(done.stdout)
    with torch.no_grad():
        expected = model.snn(model.words(SENTENCES), 12).logits_by_time
    torch.testing.assert_close(torch.tensor(scores), expected, rtol=1e-4, atol=1e-5)
    assert classes == [model.labels[k] for k in expected[-1].argmax(1).tolist()]


def test_plain_pytorch_imports_torch_and_safetensors_only():
    lines = [line for line in plain_pytorch_source().splitlines() if line.startswith(("import ", "from "))]
    assert {line.split()[1].split(".")[0] for line in lines} == {"json", "pathlib", "torch", "safetensors"}


@pytest.mark.slow
def test_plain_pytorch_draws_bernoulli_spikes_with_the_same_statistics(small_snn, tmp_path):
    from neurostudio.methods.spiking.plain_pytorch import SpikingText

    model = model_of(small_snn(), "bernoulli")
    save_folder(tmp_path, model)
    network = SpikingText(tmp_path)
    generator = torch.Generator().manual_seed(0)
    ids = network.ids(SENTENCES[:3])
    theirs = torch.stack([network.scores(ids, generator)[-1] for _ in range(300)]).mean(0)
    from neurostudio.methods.spiking.encoders import bernoulli

    with torch.no_grad():
        ours = torch.stack([model.snn(bernoulli(TABLE[ids], 12, generator)).logits for _ in range(300)]).mean(0)
    torch.testing.assert_close(theirs, ours, rtol=0.1, atol=0.01)


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "vocabulary.txt"])
def test_a_missing_file_is_named(missing, small_snn, tmp_path):
    save_folder(tmp_path, model_of(small_snn()))
    (tmp_path / missing).unlink()
    with pytest.raises(RequestError, match=missing.replace(".", r"\.")):
        load_folder(tmp_path)


@pytest.mark.parametrize("damaged", ["config.json", "model.safetensors"])
def test_a_damaged_file_is_refused(damaged, small_snn, tmp_path):
    save_folder(tmp_path, model_of(small_snn()))
    (tmp_path / damaged).write_bytes(b"{damaged")
    with pytest.raises(RequestError, match="cannot be read"):
        load_folder(tmp_path)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"architectures": ["BertModel"]}, "BertModel"),
        ({"format": 99}, "newer version"),
        ({"n_filters": 7}, "do not fit together"),
        ({"neuron": {"beta": 1.0, "colour": "red"}}, "do not fit together"),
    ],
)
def test_a_folder_of_something_else_is_refused(change, what, small_snn, tmp_path):
    save_folder(tmp_path, model_of(small_snn()))
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | change))
    with pytest.raises(NeuroError, match=what):
        load_folder(tmp_path)


def test_a_word_list_of_another_length_is_refused(small_snn, tmp_path):
    save_folder(tmp_path, model_of(small_snn()))
    (tmp_path / "vocabulary.txt").write_text("<pad>\n<unk>\nfilm\n", encoding="utf-8")
    with pytest.raises(RequestError, match="3 words, but rates for 8"):
        load_folder(tmp_path)
