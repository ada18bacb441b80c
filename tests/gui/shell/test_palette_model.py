"""What the palette finds first."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.gui.commands import COMMANDS
from neurostudio.gui.shell.palette_model import MOST_RECENT, Fit, Found, Hit, Provider, Recent, fit, folded, ranked


def provider(name: str = "Command") -> Provider:
    return Provider(name, "settings", lambda text: [], lambda hit: None)


def hits(*titles: str) -> list[Hit]:
    return [Hit(key=f"{index}", title=title) for index, title in enumerate(titles)]


def titles(text: str, *names: str, recent: Recent | None = None) -> list[str]:
    return [found.hit.title for found in ranked(text, [(provider(), hits(*names))], recent or Recent())]


words = st.text(alphabet=string.ascii_letters + string.digits + " -._é脑", min_size=1, max_size=25).filter(
    lambda t: folded(t).strip()
)


@given(st.lists(words, min_size=1, max_size=12), st.data())
def test_an_exact_title_is_first(names: list[str], data: st.DataObject) -> None:
    typed = data.draw(st.sampled_from(names))
    assert folded(titles(typed, *names)[0]).split() == folded(typed).split()


@given(st.lists(words, min_size=1, max_size=12, unique=True), words, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_order_of_the_offers(names: list[str], typed: str, shuffle: random.Random) -> None:
    offers = [(provider(kind), [Hit(key=name, title=name) for name in names]) for kind in ("Run", "Data set")]
    first = [found.id for found in ranked(typed, offers, Recent(), most=1000)]
    mixed = [(kind, shuffle.sample(some, len(some))) for kind, some in shuffle.sample(offers, 2)]
    assert [found.id for found in ranked(typed, mixed, Recent(), most=1000)] == first


@given(words, words)
def test_the_letters_that_fit_are_those_typed(typed: str, title: str) -> None:
    found = fit(folded(typed).split(), title)
    if found is not None:
        kind, penalty, places = found
        assert penalty >= 0
        assert list(places) == sorted(set(places))
        assert all(0 <= place < len(title) for place in places)
        if kind in (Fit.INITIALS, Fit.SCATTERED):
            assert "".join(folded(title)[place] for place in places) == "".join(folded(typed).split())


@given(words)
def test_folding_keeps_the_length_so_that_letters_can_be_marked(text: str) -> None:
    assert len(folded(text)) == len(text)


def test_the_kinds_of_fit_come_in_their_order() -> None:
    found = titles("run", "Prune", "Copy as run", "Run", "Run again", "Reuse name", "Nothing")
    assert found == ["Run", "Run again", "Copy as run", "Prune", "Reuse name"]


def test_words_may_come_in_any_order() -> None:
    assert titles("report write", "Open project...", "Write report...") == ["Write report..."]


def test_first_letters_of_words_find_a_command() -> None:
    assert titles("wrep", "Wrap up every part", "Write report...")[0] == "Write report..."


def test_help_words_are_found_after_titles_and_before_scattered_letters() -> None:
    offers = [
        Hit(key="1", title="Settle names", words=""),
        Hit(key="2", title="Preferences...", words="Appearance, text size, stem"),
        Hit(key="3", title="Stem cells"),
    ]
    assert [found.hit.key for found in ranked("stem", [(provider(), offers)], Recent())] == ["3", "2", "1"]


def test_a_shortcut_finds_its_command() -> None:
    offers = [Hit(key=one.id, title=one.title, words=one.help, keys=one.keys) for one in COMMANDS]
    assert ranked("ctrl+,", [(provider(), offers)], Recent())[0].hit.title == "Preferences..."


def test_every_command_is_found_by_its_title_and_by_its_first_three_letters() -> None:
    offers = [Hit(key=one.id, title=one.title, words=one.help, keys=one.keys) for one in COMMANDS]
    for one in COMMANDS:
        assert folded(ranked(one.title, [(provider(), offers)], Recent())[0].hit.title) == folded(one.title)
        assert one.id in {found.hit.key for found in ranked(one.title[:3], [(provider(), offers)], Recent())}


def test_without_a_text_what_was_chosen_lately_is_first_and_the_rest_keeps_its_order() -> None:
    one = provider()
    recent = Recent()
    for key in ("3", "1"):
        recent.add(Found(one, Hit(key=key, title="")))
    assert titles("", "a", "b", "c", "d", recent=recent) == ["b", "d", "a", "c"]


def test_of_two_that_fit_alike_the_recent_one_is_first() -> None:
    recent = Recent([("Command", "1")])
    assert titles("mr", "mr-seed0", "mr-seed1", recent=recent) == ["mr-seed1", "mr-seed0"]


def test_recent_keeps_a_few_each_once_and_reads_what_was_kept() -> None:
    recent = Recent([["Run", "a"], ["Run", "a"], ["broken"]])
    assert recent.ids == [("Run", "a")]
    for index in range(MOST_RECENT + 5):
        recent.add(Found(provider("Run"), Hit(key=str(index), title="")))
    assert len(recent.ids) == MOST_RECENT
    assert recent.ids[0] == ("Run", str(MOST_RECENT + 4))


def test_what_cannot_be_chosen_comes_after_what_can() -> None:
    offers = [Hit(key="1", title="Stop it", reason="No run is at work"), Hit(key="2", title="Stop me now")]
    assert [found.hit.key for found in ranked("stop", [(provider(), offers)], Recent())] == ["2", "1"]


@pytest.mark.parametrize(
    ("hit", "spoken"),
    [
        (Hit(key="1", title="Run", keys="Ctrl+Return", detail="Run"), "Run, Run, shortcut Ctrl+Return"),
        (
            Hit(key="1", title="Import data...", reason="No project is open"),
            "Import data, Command, not available: No project is open",
        ),
    ],
)
def test_a_screen_reader_hears_the_whole_line(hit: Hit, spoken: str) -> None:
    assert Found(provider(), hit).spoken() == spoken
