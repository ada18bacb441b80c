"""Weights without torch: headers are checked, tensors read, broken files are one sentence."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from neurostudio.core.errors import NeuroError
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.weight_data import Tensor, load_values, load_weights, read_header
from neurostudio.gui.views.weights import WeightsView

MakeSource = Callable[..., ArtifactSource]


def safetensors(entries: dict[str, Any], body: bytes) -> bytes:
    """A file of the format, whatever its entries say."""
    header = json.dumps(entries).encode()
    return struct.pack("<Q", len(header)) + header + body


def tensor_bytes(**arrays: np.ndarray) -> bytes:
    """A file of float arrays."""
    entries, body = {}, b""
    for name, array in arrays.items():
        content = array.astype("<f4").tobytes()
        entries[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [len(body), len(body) + len(content)]}
        body += content
    return safetensors(entries, body)


def test_tensors_are_listed_and_read(tmp_path: Path) -> None:
    values = np.arange(24.0).reshape(2, 3, 4)
    file = tmp_path / "model.safetensors"
    file.write_bytes(tensor_bytes(weight=values, bias=np.zeros(3)))
    tensors = {tensor.name: tensor for tensor in read_header(file)}
    assert (tensors["weight"].shape, tensors["weight"].dtype, tensors["weight"].size) == ((2, 3, 4), "F32", 96)
    assert np.array_equal(load_values(tensors["weight"]).values, values)


def test_the_halves_of_floats_are_read_as_floats(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    upper = (np.array([1.0, -2.5, 0.0], dtype="<f4").view("<u4") >> 16).astype("<u2")
    file.write_bytes(safetensors({"w": {"dtype": "BF16", "shape": [3], "data_offsets": [0, 6]}}, upper.tobytes()))
    assert load_values(read_header(file)[0]).values.tolist() == [1.0, -2.5, 0.0]


def test_a_file_of_the_library_itself_is_read(tmp_path: Path) -> None:
    numpy_file = pytest.importorskip("safetensors.numpy")
    arrays = {"a": np.arange(6, dtype=np.float16).reshape(2, 3), "b": np.array([1, 2], dtype=np.int64)}
    numpy_file.save_file(arrays, tmp_path / "model.safetensors", metadata={"format": "pt"})
    found = {tensor.name: load_values(tensor).values for tensor in read_header(tmp_path / "model.safetensors")}
    assert all(np.array_equal(found[name], arrays[name]) for name in arrays)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda rest: struct.pack("<Q", len(rest)) + rest)))
def test_whatever_bytes_a_file_holds_it_is_read_or_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(content)
    said = ""
    try:
        assert read_header(file) == []  # a header without tensors
    except NeuroError as error:
        said = str(error)
    assert not said or said.startswith("model.safetensors cannot be read")


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"dtype": "F32", "shape": [2], "data_offsets": [0, 80]}, "lies outside of the file"),
        ({"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}, "another size than its shape tells"),
        ({"dtype": "F32", "data_offsets": [0, 8]}, "is incomplete"),
        ({"dtype": "F32", "shape": [-2, -1], "data_offsets": [0, 8]}, "lies outside of the file"),
        ("text", "is incomplete"),
    ],
)
def test_an_entry_that_cannot_be_true_is_refused(entry: object, why: str, tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(safetensors({"w": entry}, b"12345678"))
    with pytest.raises(NeuroError, match=why):
        read_header(file)


def test_a_kind_of_number_that_is_unknown_is_listed_and_not_shown(tmp_path: Path) -> None:
    tensor = Tensor("w", "F8_E4M3", (2,), tmp_path / "x", 0, 2)
    with pytest.raises(NeuroError, match="F8_E4M3"):
        load_values(tensor)


def test_a_folder_without_tensors_says_what_it_holds(make_source: MakeSource, tmp_path: Path) -> None:
    make_source("weights", "model/readme.txt", "nothing")
    with pytest.raises(NeuroError, match=r"no \.safetensors file.*It holds: readme\.txt"):
        load_weights(make_source("weights", "model"))


def test_choosing_a_tensor_shows_its_numbers(make_source: MakeSource, show: Callable[..., Any], qtbot: Any) -> None:
    make_source("weights", "model/model.safetensors", tensor_bytes(big=np.arange(60.0).reshape(3, 4, 5), small=np.ones(4)))
    make_source("weights", "model/config.json", "{}")
    view = show(WeightsView, make_source("weights", "model"))
    qtbot.waitUntil(lambda: view.readout.text().startswith("big"))
    assert view.axes.isVisible()
    assert view.summary.text() == "2 tensors, 64 numbers"
    assert len(view.counts.marks) == 1
    view.axes._sliders[0][1].setValue(2)
    assert view._part.tolist() == np.arange(60.0).reshape(3, 4, 5)[2].tolist()
    view.list.setFocus()
    qtbot.keyClick(view.list, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: view.readout.text().startswith("small"))
    assert not view.axes.isVisible()
    assert view.data_text().splitlines()[1] == "big\t3 × 4 × 5\tF32\t240 bytes"
