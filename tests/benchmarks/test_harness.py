import json

import pytest

from tests.benchmarks import _measure
from tests.benchmarks.__main__ import _document, _table, main
from tests.benchmarks._measure import Row, Seconds, interleaved


def test_a_ratio_above_one_always_means_that_ours_is_better() -> None:
    assert Row("a", "1/s", 30.0, 10.0, "peer").ratio == 3.0
    assert Row("a", "s", 10.0, 30.0, "peer", better="lower").ratio == 3.0


def test_a_missing_peer_is_named_in_the_table_and_the_document() -> None:
    rows = [Row("a", "1/s", 30.0, None, _measure.missing("tensorboard"))]
    assert "tensorboard (not installed" in _table(rows)
    (row,) = json.loads(_document("x", rows))["rows"]
    assert set(row) == {"case", "unit", "ours", "peer", "peer_name", "ratio"}
    assert (row["peer"], row["ratio"]) == (None, None)


def test_pieces_are_taken_in_turn_and_the_median_counts() -> None:
    order: list[str] = []
    times = iter([1.0, 7.0, 9.0, 8.0, 2.0, 9.0])

    def piece(name: str) -> Seconds:
        order.append(name)
        return Seconds(next(times), 0.0)

    medians = interleaved({"a": lambda: piece("a"), "b": lambda: piece("b")}, repeats=3)
    assert order == ["a", "b"] * 3
    assert (medians["a"].wall, medians["b"].wall) == (2.0, 8.0)


def test_without_a_name_the_benchmarks_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json"]) == 0
    assert "store-ingest" in json.loads(capsys.readouterr().out)


def test_an_unknown_name_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"]) == 2
    assert "store-ingest" in capsys.readouterr().err


def test_small_inputs_are_refused_where_there_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["startup", "--quick"]) == 2
    assert "has no small inputs" in capsys.readouterr().err
