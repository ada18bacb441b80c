"""Finding readers, recognising kinds, and plugins."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from neurostudio.core.errors import RequestError
from neurostudio.core.kinds import DATA_KINDS
from neurostudio.data import Reader, inspect, open_data, recognise
from neurostudio.data.registry import readers

PLUGIN = """
from neurostudio.data.import_report import ImportReport

class Scores:
    def __init__(self, kind, score):
        self.kind, self.score = kind, score
    def recognise(self, path):
        return self.score
    def inspect(self, path, options):
        return ImportReport(self.kind, "score", {}, options=dict(options))
    def open(self, path, options):
        return "opened"

READER = Scores("scores", 1.0)
RIVAL = (Scores("rival", 1.0),)
TAKEN = Scores("table", 1.0)
NONSENSE = 42
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Install a distribution with reader entry points on the path of this process."""

    def add(entries: str) -> None:
        site = tmp_path / "site"
        (site / "score_reader-1.0.dist-info").mkdir(parents=True)
        (site / "score_reader.py").write_text(PLUGIN)
        (site / "score_reader-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: score-reader\nVersion: 1.0\n")
        (site / "score_reader-1.0.dist-info" / "entry_points.txt").write_text(f"[neurostudio.readers]\n{entries}\n")
        monkeypatch.syspath_prepend(str(site))
        readers.cache_clear()

    yield add
    sys.modules.pop("score_reader", None)
    readers.cache_clear()


def test_every_reader_keeps_the_protocol_and_reads_a_known_kind() -> None:
    assert {"labelled-text", "corpus", "word-vectors", "table"} <= set(readers())
    for kind, reader in readers().items():
        assert isinstance(reader, Reader)
        assert reader.kind == kind
        assert kind in DATA_KINDS


def test_listing_readers_imports_nothing_heavy() -> None:
    code = (
        "import sys; from neurostudio.data.registry import readers; readers();"
        "print([m for m in ('numpy', 'pandas', 'torch', 'charset_normalizer', 'yaml', 'sqlalchemy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_plugin_reader_joins_without_a_change_elsewhere(install: Callable[[str], None], tmp_path: Path) -> None:
    install("scores = score_reader:READER")
    path = tmp_path / "a.sco"
    path.write_text("x")
    assert recognise(path) == "scores"
    assert inspect(path, options={"a": 1}).options == {"a": 1}
    assert open_data(path, "scores") == "opened"


def test_two_readers_that_fit_equally_ask_for_the_kind(install: Callable[[str], None], tmp_path: Path) -> None:
    install("scores = score_reader:READER\nrival = score_reader:RIVAL")
    path = tmp_path / "a.sco"
    path.write_text("x")
    with pytest.raises(RequestError, match=r"may be rival or scores\. Say which with --kind"):
        recognise(path)
    assert inspect(path, "rival").kind == "rival"


def test_a_broken_plugin_is_logged_and_hides_nothing(install: Callable[[str], None], caplog: pytest.LogCaptureFixture) -> None:
    install("a = score_reader:NONSENSE\nb = score_reader:TAKEN\nc = score_reader:MISSING\nd = score_reader:READER")
    assert {"scores", "table"} <= set(readers())
    assert type(readers()["table"]).__name__ == "TableReader"
    assert sum("cannot be used" in record.message for record in caplog.records) == 3


def test_what_nothing_fits_asks_for_the_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"\0\1\2\3" * 100)
    with pytest.raises(RequestError, match="Say --kind with one of: corpus, "):
        recognise(path)


def test_an_unknown_kind_names_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(RequestError, match=r"no reader .*'poems'.*labelled-text"):
        inspect(tmp_path / "a.txt", "poems")


@pytest.mark.parametrize("use", [recognise, inspect, lambda path: open_data(path, "labelled-text")])
def test_what_is_missing_or_empty_is_said_before_anything_else(tmp_path: Path, use: Callable[[Path], object]) -> None:
    with pytest.raises(RequestError, match="There is no file or folder"):
        use(tmp_path / "missing.tsv")
    (tmp_path / "empty.tsv").touch()
    with pytest.raises(RequestError, match=r"empty\.tsv is empty"):
        use(tmp_path / "empty.tsv")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("text_english/MR.part.gz", "labelled-text"),
        ("text_english/SST5.train.gz", "labelled-text"),
        ("text_english/MR_windows1252_sample.txt", "labelled-text"),
        ("text_chinese/chnsenti.part.csv.gz", "labelled-text"),
        ("glue/CoLA/dev.tsv", "labelled-text"),
        ("glue/QNLI/dev.tsv", "labelled-text"),
        ("glue/MRPC/dev.tsv", "table"),
        ("fed_banking77/test.csv", "labelled-text"),
        ("corpora/movie_reviews/movie_reviews.jsonl.gz", "labelled-text"),
        ("instructions/safety_prompts/advbench_harmful_behaviors.csv", "table"),
        ("text_story_cn/section_1_words.tsv", "table"),
        ("corpora/tinyshakespeare/input.txt.gz", "corpus"),
        ("corpora/chinese_songci/classics.txt.gz", "corpus"),
        ("text_english/SOURCE.txt", "corpus"),
        ("corpora/tinystories", "corpus"),
    ],
)
def test_the_kinds_of_real_files_are_recognised(shared_data: Callable[[str], Path], name: str, kind: str) -> None:
    assert recognise(shared_data(name)) == kind
