"""Words stand at their times where there is room, and are shortened in runs where there is none."""

from hypothesis import given
from hypothesis import strategies as st

from neurostudio.gui.views.timeline.spans import WORD_ROOM_PX, laid_out

LETTER_PX = 7.0


def width(text: str) -> float:
    """As wide as its letters."""
    return LETTER_PX * len(text)


def cut(text: str, room: float) -> str:
    """Shortened to a width, as Qt does it."""
    if width(text) <= room:
        return text
    return text[: max(0, int(room // LETTER_PX) - 1)] + "…" if room >= LETTER_PX else ""


@given(
    st.lists(st.tuples(st.text("abcdefgh", min_size=1, max_size=9), st.floats(0, 900)), max_size=60),
    st.floats(200, 900),
)
def test_no_piece_covers_the_next_one_and_each_begins_at_the_time_of_its_first_word(
    words: list[tuple[str, float]], end: float
) -> None:
    words = sorted(((text, left) for text, left in words if left <= end), key=lambda word: word[1])
    pieces = laid_out([text for text, _ in words], [left for _, left in words], end, width, cut)
    lefts = {left for _, left in words}
    for number, (left, text) in enumerate(pieces):
        assert left in lefts
        following = pieces[number + 1][0] if number + 1 < len(pieces) else end
        assert left + width(text) <= following - WORD_ROOM_PX + 1e-6


def test_sparse_words_are_all_there_and_dense_ones_end_in_an_ellipsis() -> None:
    texts = ["once", "upon", "a", "time"]
    assert [text for _, text in laid_out(texts, [0, 100, 200, 300], 400, width, cut)] == texts
    dense = laid_out(texts * 20, [5.0 * at for at in range(80)], 400, width, cut)
    assert 1 < len(dense) < 8
    assert all(text.endswith("…") for _, text in dense)
    assert dense[0][1].startswith("once upon a")
