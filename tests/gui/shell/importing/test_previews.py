"""What an import would do: reading, names, options."""

from dataclasses import replace
from pathlib import Path

import pytest

from neurostudio.app import Project, list_datasets
from neurostudio.core.errors import RequestError
from neurostudio.data.samples import write_sample_reviews_chinese
from neurostudio.gui.shell.importing.previews import Candidate, ImportList, expand, import_one, look_at, remedy
from neurostudio.gui.shell.importing.reader_options import columns_of, option_fields


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    return write_sample_reviews_chinese(tmp_path, rows=20)


def read(plan: ImportList, path: Path) -> Candidate:
    item = plan.find(path)
    assert item is not None
    plan.take(item, look_at(path, item.kind, item.options))
    found = plan.find(path)
    assert found is not None
    return found


# --- folders


def test_a_folder_of_files_stands_for_its_files(tmp_path: Path) -> None:
    for name in ("b.bin", "a.bin", ".hidden"):
        (tmp_path / name).write_bytes(bytes(range(256)))
    assert expand([tmp_path]) == [tmp_path / "a.bin", tmp_path / "b.bin"]


def test_a_folder_that_is_a_data_set_stays_one(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("some words")
    assert expand([tmp_path / "corpus"]) == [tmp_path / "corpus"]


def test_an_empty_folder_and_too_many_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RequestError, match="no data"):
        expand([tmp_path / "empty"])
    with pytest.raises(RequestError, match="too many"):
        expand([tmp_path / f"{number}.txt" for number in range(300)])


# --- looking


def test_a_good_file_is_ready_with_kind_and_amount(reviews: Path) -> None:
    plan = ImportList()
    plan.add([reviews])
    item = read(plan, reviews)
    assert (item.state, item.found_kind, item.summary()) == ("ready", "labelled-text", "Labelled text, 20 rows")
    assert plan.ready() == [item]


def test_a_broken_file_says_what_to_do_in_words_of_the_window(tmp_path: Path) -> None:
    wrong, odd, old = tmp_path / "wrong.csv", tmp_path / "odd.png", tmp_path / "old.txt"
    wrong.write_text('text,label\n"never closed,1\nfine,2\n' * 30)
    odd.write_bytes(bytes(range(256)) * 20)
    old.write_bytes("1 un café très élégant\n0 la forêt brûlée\n".encode("cp1252") * 20)
    plan = ImportList()
    plan.add([wrong, odd, old])
    errors = {path: read(plan, path) for path in (wrong, odd, old)}
    for item in errors.values():
        assert item.state == "unusable"
        assert item.error is not None
        assert "--" not in str(item.error), "flags belong to the command line"
    assert remedy(errors[odd]) is None
    assert remedy(errors[wrong]) == ("Take quotes as plain characters", {"quoting": "none"})
    assert remedy(errors[old]) == ("Read as windows-1252", {"encoding": "windows-1252"})
    plan.put(replace(errors[old], options={"encoding": "windows-1252"}))
    assert read(plan, old).state == "ready"


def test_a_file_that_cannot_be_used_is_not_ready(tmp_path: Path) -> None:
    path = tmp_path / "one_class.tsv"
    path.write_text("text\tlabel\n" + "a fine film\t1\n" * 5)
    plan = ImportList()
    plan.add([path])
    item = read(plan, path)
    assert item.state == "unusable"
    assert item.report is not None
    assert item.report.errors


def test_what_was_read_for_older_choices_is_not_shown(reviews: Path) -> None:
    plan = ImportList()
    plan.add([reviews])
    asked = plan.items[0]
    look = look_at(reviews, "", {})
    plan.put(replace(asked, kind="table", version=1))
    assert not plan.take(asked, look)
    assert plan.items[0].report is None
    plan.remove(reviews)
    assert not plan.take(asked, look)


# --- names


def test_names_are_suggested_apart_and_checked(tmp_path: Path, sample_project: Path) -> None:
    with Project.open(sample_project) as project:
        known = list_datasets(project)
    plan = ImportList(known)
    one, two = tmp_path / "a" / "train.tsv", tmp_path / "b" / "train.tsv"
    plan.add([one, two, one])
    assert [item.name for item in plan.items] == ["train", "train-2"]
    assert [item.is_named for item in plan.items] == [False, True]
    for name, words in (
        ("reviews", "project has the name"), ("Reviews", "project has the name"), ("train-2", "Another file"),
        ("two words", "cannot be the name"), ("", "cannot be the name"), (".hidden", "cannot be the name"),
    ):  # fmt: skip
        plan.put(replace(plan.items[0], name=name, is_named=True))
        assert words in plan.name_problem(plan.items[0]), name


def test_a_file_of_the_project_keeps_its_name(sample_project: Path) -> None:
    with Project.open(sample_project) as project:
        known = list_datasets(project)
    plan = ImportList(known)
    path = next(row.path for row in known if row.name == "reviews")
    plan.add([path])
    item = read(plan, path)
    assert (item.name, plan.is_known(item), plan.name_problem(item)) == ("reviews", True, "")


def test_a_moved_file_is_found_again_under_its_name(sample_project: Path, tmp_path: Path) -> None:
    with Project.open(sample_project) as project:
        old = next(row.path for row in list_datasets(project) if row.name == "reviews")
        new = tmp_path / "moved.tsv"
        old.replace(new)
        plan = ImportList(list_datasets(project))
        plan.add([new])
        assert import_one(project, read(plan, new)) == ("reviews", True)
        assert next(row.path for row in list_datasets(project) if row.name == "reviews") == new


# --- options


def test_the_options_of_a_reader_offer_what_the_file_has(reviews: Path) -> None:
    look = look_at(reviews, "", {})
    fields = {one.name: one for one in option_fields(look.kind, reviews, look.report)}
    assert [words for _, words in fields["text_column"].choices] == ["label", "text"]
    assert (fields["text_column"].found, fields["delimiter"].found, fields["header"].found) == ("text", "comma", "yes")
    assert fields["encoding"].is_free
    assert option_fields("", reviews, None) == ()
    assert option_fields("labelled-text", reviews.parent, None) == (), "a folder has no columns"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a;b;c\n1;2;3\n", ("a", "b", "c")),
        ('{"text": "x", "label": 1}\n', ("text", "label")),
        ('[{"q": 1}]', ("q",)),
        ("[1]", ()),
        ("", ()),
    ],
)
def test_the_columns_of_a_file_are_read_from_its_head(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    path = tmp_path / "file"
    path.write_text(text)
    assert columns_of(path, {}) == names
