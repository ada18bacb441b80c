"""Features from tables."""

from pathlib import Path

import numpy as np
import pytest

from neurostudio.core.errors import RequestError
from neurostudio.core.method import Input
from neurostudio.methods.fmri.features.spaces import FeatureSpace, RunClock, unique_names, without_constant
from neurostudio.methods.fmri.features.table import on_volumes, part_of_run, read_features, serves_every_run
from neurostudio.methods.fmri.specs.encode import FeatureSettings

CLOCKS = [RunClock("run-1", 20, 2.0), RunClock("run-2", 30, 2.0)]


def given(path: Path) -> Input:
    return Input("features", path.stem, "table", path)


def table(folder: Path, columns: dict[str, list[object]], name: str = "features.tsv") -> Input:
    rows = ["\t".join(columns), *("\t".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    path = folder / name
    path.write_text("\n".join(rows) + "\n")
    return given(path)


def test_a_row_a_volume_is_taken_as_it_stands_and_text_is_left_out(tmp_path: Path) -> None:
    read = read_features(table(tmp_path, {"loud": list(range(20)), "note": ["a"] * 20, "pitch": [0.5] * 20}), FeatureSettings())
    assert (read.columns, read.ignored) == (("loud", "pitch"), ("note",))
    values, covered = on_volumes(read, CLOCKS[0], FeatureSettings())
    assert values[:, 0].tolist() == list(range(20))
    assert covered.all()


def test_only_the_columns_asked_for_are_used(tmp_path: Path) -> None:
    one = table(tmp_path, {"a": [1] * 20, "b": list(range(20))})
    assert read_features(one, FeatureSettings(columns=["b"])).columns == ("b",)
    with pytest.raises(RequestError, match=r"no column 'c'.*a, b"):
        read_features(one, FeatureSettings(columns=["c"]))


@pytest.mark.parametrize("how", ["lanczos", "mean"])
def test_times_bring_samples_to_their_volumes(tmp_path: Path, how: str) -> None:
    times = np.arange(0, 40, 0.25)
    one = table(tmp_path, {"time": times.tolist(), "ramp": times.tolist()})
    settings = FeatureSettings(resample=how)
    values, covered = on_volumes(read_features(one, settings), CLOCKS[0], settings)
    np.testing.assert_allclose(values[3:-3, 0], (np.arange(20) * 2 + 1)[3:-3], atol=0.2)
    assert covered.all()


def test_the_begin_of_the_stimulus_moves_the_times(tmp_path: Path) -> None:
    one = table(tmp_path, {"t": list(range(0, 30, 2)), "step": [0] * 5 + [1] * 10})
    settings = FeatureSettings(resample="mean", begins_s=10, uncovered="leave-out")
    values, covered = on_volumes(read_features(one, settings), RunClock("run", 20, 2.0, 10.0), settings)
    assert values[:, 0].tolist() == [0] * 10 + [1] * 10
    assert covered.tolist() == [False] * 4 + [True] * 16


def test_one_table_may_hold_every_run_by_a_column_or_row_by_row(tmp_path: Path) -> None:
    by_column = read_features(
        table(tmp_path, {"run": ["run-2"] * 30 + ["run-1"] * 20, "x": list(range(50))}, "a.tsv"), FeatureSettings()
    )
    by_row = read_features(table(tmp_path, {"x": list(range(50))}, "b.tsv"), FeatureSettings())
    assert serves_every_run(by_column, CLOCKS)
    assert serves_every_run(by_row, CLOCKS)
    assert part_of_run(by_column, CLOCKS, 0).values[:, 0].tolist() == list(range(30, 50))
    assert part_of_run(by_row, CLOCKS, 1).values[:, 0].tolist() == list(range(20, 50))


def test_arrays_of_two_axes_are_read(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    np.save(tmp_path / "a.npy", values)
    np.savez(tmp_path / "b.npz", features=values, names=np.array(["x"]))
    for name in ("a.npy", "b.npz"):
        read = read_features(given(tmp_path / name), FeatureSettings())
        assert read.columns == ("feature-1", "feature-2", "feature-3")
        np.testing.assert_array_equal(read.values, values)
    np.save(tmp_path / "c.npy", values[0])
    with pytest.raises(RequestError, match="0 arrays of two axes"):
        read_features(given(tmp_path / "c.npy"), FeatureSettings())
    (tmp_path / "d.npy").write_bytes(b"nothing")
    with pytest.raises(RequestError, match="no readable array"):
        read_features(given(tmp_path / "d.npy"), FeatureSettings())


def test_a_pickled_array_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.npy").open("wb") as stream:  # as numpy would write an array of objects, without pickling anything here
        np.lib.format.write_array_header_1_0(stream, {"descr": "|O", "fortran_order": False, "shape": (1, 1)})
        stream.write(b"\x80\x04]\x94}\x94a.")
    with pytest.raises(RequestError, match="no readable array"):
        read_features(given(tmp_path / "a.npy"), FeatureSettings())


def test_shorter_and_longer_tables_are_refused_or_left_out(tmp_path: Path) -> None:
    short = read_features(table(tmp_path, {"x": list(range(15))}, "short.tsv"), FeatureSettings())
    long = read_features(table(tmp_path, {"x": list(range(25))}, "long.tsv"), FeatureSettings())
    with pytest.raises(RequestError, match=r"shorter than the run run-1.*5 of 20 volumes"):
        on_volumes(short, CLOCKS[0], FeatureSettings())
    with pytest.raises(RequestError, match="25 rows, and the run run-1 has 20 volumes"):
        on_volumes(long, CLOCKS[0], FeatureSettings())
    settings = FeatureSettings(uncovered="leave-out")
    assert on_volumes(short, CLOCKS[0], settings)[1].tolist() == [True] * 15 + [False] * 5
    assert on_volumes(long, CLOCKS[0], settings)[0][:, 0].tolist() == list(range(20))


@pytest.mark.parametrize("field", ["n/a", "", "inf"])
def test_a_feature_that_is_not_a_number_is_named_by_its_line(tmp_path: Path, field: str) -> None:
    one = table(tmp_path, {"x": [*range(7), field, *range(12)], "y": list(range(20))})
    with pytest.raises(RequestError, match=r"line 9: .*'x'"):
        read_features(one, FeatureSettings())


def test_times_of_another_run_are_refused_with_both_spans(tmp_path: Path) -> None:
    one = read_features(table(tmp_path, {"time": list(range(100, 140)), "x": list(range(40))}), FeatureSettings())
    with pytest.raises(RequestError, match=r"no common time.*from 100 s to 140 s, and the run lasts 40 s"):
        on_volumes(one, CLOCKS[0], FeatureSettings())


def test_features_that_never_change_are_dropped_and_named() -> None:
    values = np.stack([np.ones(20), np.arange(20)], axis=1).astype(np.float32)
    space = FeatureSpace("s", ("still", "moving"), (values,), (np.ones(20, bool),), ("f",), "")
    kept, dropped = without_constant(space)
    assert (kept.columns, dropped) == (("moving",), ("still",))
    assert kept.values[0].shape == (20, 1)
    with pytest.raises(RequestError, match="No feature of 's' changes"):
        without_constant(FeatureSpace("s", ("still",), (values[:, :1],), space.covered, ("f",), ""))
    values[3, 1] = np.nan
    with pytest.raises(RequestError, match=r"not finite .moving."):
        without_constant(space)


def test_names_of_spaces_are_made_different() -> None:
    assert unique_names(["a", "b", "a", "a"]) == ("a", "b", "a-2", "a-3")
