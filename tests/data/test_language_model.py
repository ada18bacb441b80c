"""Model folders as transformers writes them."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from neurostudio.core.errors import RequestError
from neurostudio.data import inspect, open_data, recognise

KIND = "language-model"
CONFIG = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "vocab_size": 20,
}


def tensors_file(path: Path, shapes: dict[str, list[int]], cut: int = 0) -> None:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name, shape in shapes.items():
        size = 4
        for length in shape:
            size *= length
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    data = struct.pack("<Q", len(text)) + text + b"\0" * offset
    path.write_bytes(data[: len(data) - cut])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "model"
    made.mkdir()
    (made / "config.json").write_text(json.dumps(CONFIG))
    (made / "tokenizer.json").write_text("{}")
    tensors_file(made / "model.safetensors", {"embedding": [20, 8], "norm": [8]})
    return made


def test_a_model_folder_is_recognised_and_described_without_reading_its_weights(folder: Path) -> None:
    assert recognise(folder) == KIND
    report = inspect(folder)
    assert report.problems == ()
    facts = report.facts
    assert (facts["architecture"], facts["layers"], facts["hidden"], facts["parameters"]) == ("LlamaForCausalLM", 2, 8, 168)
    model = open_data(folder, KIND)
    assert (model.n_layer, model.has_tokenizer, model.has_picture_settings) == (2, True, False)


def test_a_real_model_is_described(shared_data: Any) -> None:
    report = inspect(shared_data("models/stories260K"), KIND)
    assert report.errors == ()
    assert report.facts["parameters"] == 260_032
    assert report.facts["context"] == 512


def test_pickled_weights_are_refused_with_the_way_to_convert_them(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    (problem,) = inspect(folder, KIND).errors
    assert "pytorch_model.bin" in problem.message
    assert "save_pretrained" in problem.message
    with pytest.raises(RequestError, match="pickle"):
        open_data(folder, KIND)


def test_pickled_weights_beside_safetensors_are_not_used(folder: Path) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"x")
    assert [problem.severity for problem in inspect(folder, KIND).problems] == ["note"]


def test_weights_that_are_cut_off_are_named(folder: Path) -> None:
    tensors_file(folder / "model.safetensors", {"embedding": [20, 8]}, cut=100)
    (problem,) = inspect(folder, KIND).errors
    assert "model.safetensors is no whole safetensors file" in problem.message
    (folder / "model.safetensors").write_bytes(b"\xff" * 40)
    assert "header is damaged" in inspect(folder, KIND).errors[0].message


def test_missing_parts_of_a_large_model_are_counted(folder: Path) -> None:
    parts = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "model.safetensors").rename(folder / parts["a"])
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": parts}))
    (problem,) = inspect(folder, KIND).errors
    assert "1 of 2 parts are missing, such as model-00002-of-00002.safetensors" in problem.message


def test_code_that_a_model_brings_is_told_never_to_be_run(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({**CONFIG, "auto_map": {"AutoModel": "own.Model"}}))
    (problem,) = inspect(folder, KIND).problems
    assert problem.severity == "warning"
    assert "never run" in problem.message


@pytest.mark.parametrize(("text", "said"), [("{", "no readable JSON"), ("[]", "holds no settings")])
def test_a_broken_configuration_is_named(folder: Path, text: str, said: str) -> None:
    (folder / "config.json").write_text(text)
    with pytest.raises(RequestError, match=said):
        inspect(folder, KIND)


def test_a_file_and_a_folder_without_weights_are_refused(folder: Path) -> None:
    with pytest.raises(RequestError, match="a model is a folder"):
        inspect(folder / "model.safetensors", KIND)
    (folder / "model.safetensors").unlink()
    assert "no weights" in inspect(folder, KIND).errors[0].message
