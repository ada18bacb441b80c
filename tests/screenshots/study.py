"""The study in the pictures: real data, real runs, made once by real workers and copied for each look."""

from pathlib import Path

from neurostudio.app import Project, import_data, make_report, make_request, run
from neurostudio.app.sample_studies import add_listening
from neurostudio.data.samples import write_sample_reviews, write_sample_reviews_chinese

NAME = "film-reviews"
READY = ".ready"
QUICK = {
    "training.epochs": 3,
    "finetuning.epochs": 2,
    "time_steps": 8,
    "conversion.steps": [2, 4, 8, 16],
    "evaluation.encoder_seeds": 3,
    "robustness.sentences": 6,
}
RUNS = (
    ("bernoulli-seed1", 1, {}),
    ("bernoulli-seed2", 2, {}),
    ("direct-seed1", 1, {"encoder.kind": "direct"}),
    ("fewer-filters", 1, {"network.filters": 8}),
)
BROKEN = "own-vectors"
BRAIN = "listening"
BRAIN_RUNS = (("narrators", "fmri.glm"), ("who-speaks", "fmri.decode_classes"))


def make_study(folder: Path) -> Path:
    """Make the project `folder`/film-reviews, or find it there; returns it."""
    path = folder / NAME
    if (folder / READY).exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    with Project.create(path) as project:
        for name, write in (("reviews", write_sample_reviews), ("reviews-chinese", write_sample_reviews_chinese)):
            import_data(project, [write(path / "data")], kind="labelled-text", name=name)
        vectors = path / "data" / "own.vec"
        vectors.write_text("2 2\nnothing 0.5 0.25\nfits 0.25 0.5\n", encoding="utf-8")
        import_data(project, [vectors], kind="word-vectors", name="own-vectors")
        ids = []
        for name, seed, changes in RUNS:
            settings = {**QUICK, **changes}
            request = make_request(
                project, "spiking.text", settings=settings, inputs={"train": ["reviews"]}, seed=seed, name=name
            )
            run(project, request)
            ids.append(project.find_run(name).run_id)
        inputs = {"train": ["reviews"], "vectors": ["own-vectors"]}
        settings = {**QUICK, "vectors.kind": "file"}
        run(project, make_request(project, "spiking.text", settings=settings, inputs=inputs, seed=1, name=BROKEN))
        add_listening(project, BRAIN, runs=2, volumes=80)
        for name, method in BRAIN_RUNS:
            run(project, make_request(project, method, inputs={"bold": [BRAIN]}, seed=1, name=name))
        make_report(project, ids[:2], path / "two-seeds.html", "Two seeds of the same network")
    (folder / READY).touch()
    return path


def write_files_to_import(folder: Path) -> list[Path]:
    """A good file, one with problems, and one that cannot be read."""
    folder.mkdir(parents=True, exist_ok=True)
    good, odd, broken = folder / "letters.tsv", folder / "answers.csv", folder / "notes.tsv"
    good.write_text("".join(f"{index % 2}\tLetter {index} says something of its own\n" for index in range(60)), encoding="utf-8")
    odd.write_text("text,label\n" + "The same answer,yes\n" * 20 + "Another one,no\n,no\n", encoding="utf-8")
    broken.write_bytes(b"\x00\x01\x02\xff\xfe" * 40)
    return [good, odd, broken]
