"""Features of words with times."""

from pathlib import Path

import numpy as np
import pytest

from neurostudio.core.errors import RequestError
from neurostudio.methods.fmri.features.spaces import RunClock
from neurostudio.methods.fmri.features.words import cheap_word_values, words_of_run, words_on_volumes

CLOCK = RunClock("run-1", 60, 2.0)


def written(folder: Path, words: list[tuple[str, float, float]], name: str = "words.tsv") -> Path:
    path = folder / name
    path.write_text("word\tonset\toffset\n" + "".join(f"{word}\t{on}\t{off}\n" for word, on, off in words))
    return path


def spoken(count: int = 100, step: float = 1.0) -> list[tuple[str, float, float]]:
    return [(f"w{'o' * (place % 3)}rd", place * step, place * step + 0.5) for place in range(count)]


def test_words_are_counted_measured_and_weighed(tmp_path: Path) -> None:
    path = written(tmp_path, [("the", 0.1, 0.2), ("The", 1.0, 1.2), ("elephant", 2.5, 3.0), *spoken(90, 1.2)[3:]])
    words = words_of_run(path, CLOCK)
    (values,) = cheap_word_values([words], ["length", "rate", "log-frequency"])
    assert values[0].tolist() == pytest.approx([3, 1, np.log(2 / 90)])
    assert values[2, :2].tolist() == [8, 1]
    out = words_on_volumes(values, words, CLOCK, "mean", counted=[1])
    assert out[0].tolist() == pytest.approx([3, 2, np.log(2 / 90)])
    assert out[:, 1].sum() == 90


def test_the_rate_follows_the_speed_of_speech_under_the_filter_too(tmp_path: Path) -> None:
    quick = [("word", 60 + place * 0.25, 60 + place * 0.25 + 0.2) for place in range(200)]
    words = words_of_run(written(tmp_path, [*spoken(60), *quick]), CLOCK)
    (values,) = cheap_word_values([words], ["rate"])
    out = words_on_volumes(values, words, CLOCK, "lanczos")[:, 0]
    assert out[5:25].mean() == pytest.approx(2, abs=0.1)
    assert out[35:50].mean() == pytest.approx(8, abs=0.2)


def test_words_past_the_end_are_left_out_and_told(tmp_path: Path) -> None:
    words = words_of_run(written(tmp_path, spoken(130)), CLOCK)
    assert len(words.text) == 120
    assert "10 of 130 words begin after the end of the run run-1 (120 s)" in words.notes[0]


def test_words_of_another_time_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, [(word, on + 100, off + 100) for word, on, off in spoken(90)])
    with pytest.raises(RequestError, match=r"only 20 s of common time.*from 100 s to 189.5 s, and the run lasts 120 s"):
        words_of_run(path, CLOCK)
    words = words_of_run(path, RunClock("run-1", 60, 2.0, -100.0))
    assert words.onset_s[0] == 0


def test_the_real_audiobook_has_its_real_speed(shared_data) -> None:
    clock = RunClock("section 1", 283, 2.0)
    words = words_of_run(shared_data("text_story_cn/section_1_words.tsv"), clock)
    characters = sum(len(word) for word in words.text) / clock.length_s
    assert 3.0 < characters < 4.5
