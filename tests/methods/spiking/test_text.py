"""``spiking.text`` as a whole: what it leaves, that it repeats, that a killed run ends the same, and bad input."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurostudio.core.context import NotebookContext
from neurostudio.core.errors import Cancelled, NeuroError, RequestError
from neurostudio.core.events import read_events
from neurostudio.core.method import Input
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.core.spec import from_flags
from neurostudio.data.registry import inspect
from neurostudio.data.samples import write_sample_reviews, write_sample_reviews_chinese
from neurostudio.jobs.launch import start_worker
from neurostudio.jobs.live import LiveSession
from neurostudio.methods.spiking.specs import SpikingTextSpec
from neurostudio.methods.spiking.text import run

SMALL = [
    "time_steps=4",
    "network.filters=6",
    "training.epochs=4",
    "training.batch=32",
    "finetuning.epochs=1",
    "finetuning.batch=32",
    "conversion.steps=2,4",
    "evaluation.encoder_seeds=2",
    "robustness.sentences=4",
    "robustness.encodings=2",
    "explain.examples=2",
]


def dataset(role: str, path: Path, kind: str = "labelled-text") -> Input:
    return Input(role, path.stem, kind, path, options=dict(inspect(path, kind, {}).options))


def settings(*flags: str) -> dict[str, Any]:
    return SpikingTextSpec.from_settings(from_flags(SpikingTextSpec, [*SMALL, *flags])).as_settings()


def work(folder: Path, inputs: list[Input], *flags: str, seed: int = 1) -> NotebookContext:
    context = NotebookContext(folder, seed=seed, cores=1, inputs=inputs)
    run(SpikingTextSpec.from_settings(settings(*flags)), context)
    return context


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample_reviews(tmp_path_factory.mktemp("data"), rows=400)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, reviews: Path) -> NotebookContext:
    return work(tmp_path_factory.mktemp("run"), [dataset("train", reviews)])


def test_every_output_and_metric_stands_in_the_record(finished: NotebookContext) -> None:
    method = registry().get("spiking.text")
    known = len(method.outputs)
    assert [name for name in finished.artifacts if method.output_order(name) == known] == []
    assert [name for name in finished.metrics if method.metric(name) is None] == []
    always = {output.name for output in method.outputs if not output.name.endswith("-N")}
    assert always <= set(finished.artifacts)
    assert {"ann/accuracy", "converted/accuracy", "test/accuracy", "energy/ann_millijoule", "energy/snn_millijoule"} <= set(
        finished.metrics
    )


def test_it_learns_more_than_the_largest_class(finished: NotebookContext) -> None:
    assert finished.final("ann/accuracy") > 0.6
    assert finished.final("test/accuracy") > 0.55


def test_the_same_seed_repeats_every_number_and_another_does_not(
    finished: NotebookContext, tmp_path: Path, reviews: Path
) -> None:
    again = work(tmp_path / "again", [dataset("train", reviews)])
    assert again.metrics == finished.metrics
    assert (again.folder / "predictions.csv").read_bytes() == (finished.folder / "predictions.csv").read_bytes()
    other = work(tmp_path / "other", [dataset("train", reviews)], seed=2)
    assert other.metrics != finished.metrics


def test_stopping_anywhere_and_going_on_ends_in_the_same_numbers(
    finished: NotebookContext, tmp_path: Path, reviews: Path
) -> None:
    """Stop after some looks at should_stop, go on, stop a little later, and so on until it is done."""

    class Impatient(NotebookContext):
        patience = 0

        def should_stop(self) -> bool:
            self.patience -= 1
            return self.patience < 0

    spec = SpikingTextSpec.from_settings(settings())
    final: dict[str, tuple[int | None, float]] = {}
    for attempt in range(1, 100):
        context = Impatient(tmp_path, seed=1, cores=1, inputs=[dataset("train", reviews)])
        context.patience = 11 * attempt
        try:
            run(spec, context)
        except Cancelled:
            final.update({name: values[-1] for name, values in context.metrics.items()})
        else:
            final.update({name: values[-1] for name, values in context.metrics.items()})
            break
    assert attempt > 3
    assert final == {name: values[-1] for name, values in finished.metrics.items()}


@pytest.mark.slow
def test_a_killed_worker_resumes_to_the_same_metrics(tmp_path: Path, reviews: Path) -> None:
    def new(name: str) -> RunFolder:
        folder = RunFolder(tmp_path / "runs" / name)
        request = Request(
            id=name,
            name=name,
            method="spiking.text",
            settings=settings("training.epochs=8"),
            inputs=(dataset("train", reviews),),
            seed=1,
        )
        folder.create(request)
        return folder

    def curves(folder: RunFolder) -> dict[str, list[tuple[int | None, float]]]:
        rows: list[tuple[int, str, int | None, float]] = []
        for event in read_events(folder.events_file):
            if event["type"] == "state" and "resumed_seq" in event:
                rows = [row for row in rows if row[0] <= event["resumed_seq"]]
            rows += [(event["seq"], name, step, value) for name, value, step, _ in event.get("rows", ())]
        found: dict[str, list[tuple[int | None, float]]] = {}
        for _, name, step, value in rows:
            found.setdefault(name, []).append((step, value))
        return found

    whole, cut = new("whole"), new("cut")
    assert start_worker(whole, whole.request()).wait(120) == 0
    for moment in ("training", "fine-tuning"):
        worker = start_worker(cut, cut.request())
        end = time.monotonic() + 60
        while worker.poll() is None and not any(
            event["type"] == "progress" and event["phase"] == moment for event in read_events(cut.events_file)
        ):
            assert time.monotonic() < end
            time.sleep(0.01)
        worker.kill()
        worker.wait()
    assert start_worker(cut, cut.request()).wait(120) == 0
    assert curves(cut) == curves(whole)


def test_a_run_can_start_from_the_network_of_another(finished: NotebookContext, tmp_path: Path, reviews: Path) -> None:
    model = Input("model", "first:ann", "weights", finished.artifacts["ann"])
    context = work(tmp_path, [dataset("train", reviews), model], "encoder.kind=direct")
    assert context.final("ann/accuracy") == finished.final("ann/accuracy")
    assert "train/loss" not in context.metrics


def test_the_saved_network_runs_in_plain_pytorch_without_neurostudio(tmp_path: Path, reviews: Path) -> None:
    context = work(tmp_path, [dataset("train", reviews)], "encoder.kind=direct", "robustness.sentences=0", "explain.examples=0")
    card = context.artifacts["model-card"].read_text(encoding="utf-8")
    program = card.split("```python\n")[1].split("```")[0]
    predictions = (tmp_path / "predictions.csv").read_text(encoding="utf-8")
    script = tmp_path / "plain.py"
    script.write_text(
        "import csv, sys\nsys.modules['neurostudio'] = None\n"
        + program
        + f"\nnetwork = SpikingText({str(context.artifacts['snn'])!r})\n"
        + f"rows = list(csv.DictReader(open({str(tmp_path / 'predictions.csv')!r}, encoding='utf-8')))\n"
        + "import json; print(json.dumps(network.classify([json.loads(w) for w in open(sys.argv[1], encoding='utf-8')])))\n",
        encoding="utf-8",
    )
    import csv

    from neurostudio.methods.spiking.vocabulary import tokenise

    rows = list(csv.DictReader(predictions.splitlines()))
    tokens = tmp_path / "tokens.jsonl"
    tokens.write_text("".join(json.dumps(tokenise(row["text"], "english")) + "\n" for row in rows), encoding="utf-8")
    answer = subprocess.run([sys.executable, str(script), str(tokens)], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == [row["snn"] for row in rows]


def test_hard_reset_from_rest_writes_a_nir_file_and_others_say_why_not(
    finished: NotebookContext, tmp_path: Path, reviews: Path
) -> None:
    context = work(
        tmp_path,
        [dataset("train", reviews)],
        "neuron.reset=hard",
        "neuron.initial=0",
        "robustness.sentences=0",
        "explain.examples=0",
    )
    assert (context.artifacts["snn"] / "model.nir").stat().st_size > 0
    assert not (finished.artifacts["snn"] / "model.nir").exists()
    assert any("No NIR file" in message for _, message in finished.messages)


def test_the_papers_settings_run_in_small(tmp_path: Path, reviews: Path) -> None:
    context = work(
        tmp_path,
        [dataset("train", reviews)],
        "readout=spikes",
        "finetuning.loss=rate",
        "network.population=3",
        "neuron.reset=subtract-delayed",
        "neuron.initial=0",
        "neuron.surrogate=fast-sigmoid",
        "neuron.slope=25",
        "vectors.kind=random",
        "vectors.trained=false",
        "vectors.dimensions=16",
        "text.unknown=paper",
        "robustness.sentences=0",
    )
    assert 0 <= context.final("test/accuracy") <= 1


def test_chinese_text_and_vectors_from_a_file(tmp_path: Path) -> None:
    source = write_sample_reviews_chinese(tmp_path, rows=300)
    vectors = tmp_path / "vectors.txt"
    words = sorted({character for line in source.read_text(encoding="utf-8").splitlines() for character in line})
    rng = np.random.default_rng(0)
    vectors.write_text("".join(f"{word} {' '.join(f'{x:.4f}' for x in rng.normal(size=8))}\n" for word in words if word.strip()))
    inputs = [dataset("train", source), dataset("vectors", vectors, "word-vectors")]
    context = work(tmp_path / "run", inputs, "vectors.kind=file", "text.most_unknown=1", "robustness.sentences=2")
    config = json.loads((context.artifacts["snn"] / "config.json").read_text(encoding="utf-8"))
    assert config["language"] == "chinese"
    assert config["length"] == 32
    assert config["n_dim"] == 8
    with pytest.raises(RequestError, match="have no vector"):
        work(tmp_path / "refused", inputs, "vectors.kind=file", "text.most_unknown=0.01")


def write_rows(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.write_text("text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in rows), encoding="utf-8")
    return path


def rows_of(path: Path) -> list[tuple[str, str]]:
    text, label = path.read_text(encoding="utf-8").splitlines()[0].split("\t").index("text"), 1
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return [(line[text], line[label if text == 0 else 0]) for line in lines]


def test_shared_sentences_are_counted_removed_or_refused(tmp_path: Path, reviews: Path) -> None:
    rows = rows_of(reviews)
    test = write_rows(tmp_path / "test.tsv", [*rows[:40], *((f"another {text}", label) for text, label in rows[40:60])])
    inputs = [dataset("train", reviews), dataset("test", test)]
    few = ("robustness.sentences=0", "explain.examples=0", "training.epochs=1")
    warned = work(tmp_path / "warn", inputs, *few)
    assert warned.final("data/shared_sentences") == 40
    assert any(level == "warning" and "40 of 60 test sentences" in message for level, message in warned.messages)
    removed = work(tmp_path / "remove", inputs, "text.shared=remove", *few)
    assert any("40 sentences were taken out of training" in message for _, message in removed.messages)
    with pytest.raises(RequestError, match="40 of 60"):
        work(tmp_path / "refuse", inputs, "text.shared=refuse", *few)


def test_identical_sentences_stay_on_one_side_of_the_split(tmp_path: Path, reviews: Path) -> None:
    rows = rows_of(reviews)[:80]
    doubled = write_rows(tmp_path / "doubled.tsv", rows * 3)
    context = work(
        tmp_path / "run", [dataset("train", doubled)], "robustness.sentences=0", "explain.examples=0", "training.epochs=1"
    )
    tested = {line.split(",")[0] for line in (tmp_path / "run" / "predictions.csv").read_text().splitlines()[1:]}
    assert len((tmp_path / "run" / "predictions.csv").read_text().splitlines()) - 1 == 3 * len(tested)
    assert "data/shared_sentences" not in context.metrics


def test_classes_of_the_test_set_that_training_lacks_are_named(tmp_path: Path, reviews: Path) -> None:
    test = write_rows(tmp_path / "test.tsv", [("a fine film", "excellent"), ("a bad film", "awful"), ("so so", "awful")] * 2)
    with pytest.raises(RequestError, match=r"classes that the training set lacks: awful, excellent"):
        work(tmp_path / "run", [dataset("train", reviews), dataset("test", test)])


def test_a_folder_that_is_no_network_is_refused(finished: NotebookContext, tmp_path: Path, reviews: Path) -> None:
    wrong = Input("model", "x", "weights", finished.artifacts["snn"])
    with pytest.raises(RequestError, match="not an ordinary text CNN"):
        work(tmp_path, [dataset("train", reviews), wrong])


@pytest.fixture
def session(tmp_path: Path, finished: NotebookContext) -> Callable[..., LiveSession]:
    def start(model: Path = finished.artifacts["snn"]) -> LiveSession:
        given = Input("model", "first:snn", "weights", model)
        request = Request(id="live", name="live", method="spiking.text", settings={}, inputs=(given,), serve=True)
        folder = RunFolder(tmp_path / "runs" / "live")
        folder.create(request)
        return LiveSession.start(folder, request)

    return start


def test_a_live_session_classifies_a_typed_sentence(session: Callable[..., LiveSession]) -> None:
    with session() as live:
        parts = {name: part[name] for part in live.ask({"text": "A good film , qwxzy ."}) for name in part}
        assert parts["words"]["words"] == ["a", "good", "film", ",", "qwxzy", "."]
        assert parts["words"]["known"][-2] is False
        assert parts["decision"]["label"] in parts["decision"]["labels"]
        assert abs(sum(parts["decision"]["probabilities"]) - 1) < 1e-5
        assert len(parts["decision"]["class_curves"][0]) == 4
        assert parts["energy"]["millijoule"]["ANN"] > 0
        again = {name: part[name] for part in live.ask({"text": "A good film , qwxzy ."}) for name in part}
        assert again == parts
        with pytest.raises(NeuroError, match="no words"):
            list(live.ask({"text": "  "}))


def test_a_live_session_without_a_spiking_network_says_so(session: Callable[..., LiveSession], finished: NotebookContext) -> None:
    with pytest.raises(NeuroError, match="not a spiking text network"):
        session(finished.artifacts["ann"])
