"""Words with their times."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.words import TimedWords, read_words

Write = Callable[[Mapping[str, object]], Path]

LONG = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.5
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 2.5
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = ""
        intervals [2]:
            xmin = 0.5
            xmax = 1.25
            text = "say ""小"""
        intervals [3]:
            xmin = 1.25
            xmax = 2.5
            text = "prince" ! a comment
    item [2]:
        class = "TextTier"
        name = "beats"
        xmin = 0
        xmax = 2.5
        points: size = 1
        points [1]:
            number = 1.5
            mark = "beat"
'''
SHORT = '''File type = "ooTextFile"
"TextGrid"

0
2.5
<exists>
2
"IntervalTier"
"words"
0
2.5
3
0
0.5
""
0.5
1.25
"say ""小"""
1.25
2.5
"prince"
"TextTier"
"beats"
0
2.5
1
1.5
"beat"
'''


def words_of(write_files: Write, text: object, name: str = "a.TextGrid", encoding: str | None = None) -> TimedWords:
    return read_words(write_files({name: text}) / name, encoding)


@pytest.mark.parametrize("form", [LONG, SHORT])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_both_forms_of_a_textgrid_give_the_same_words(write_files: Write, form: str, encoding: str) -> None:
    words = words_of(write_files, form.encode(encoding))
    assert words.text == ('say "小"', "prince", "beat")
    assert words.onset_s.tolist() == [0.5, 1.25, 1.5]
    assert words.offset_s.tolist() == [1.25, 2.5, 1.5]
    assert words.tiers == ("words", "beats")
    assert words.of_tier("beats").text == ("beat",)
    assert (words.form, words.problems) == ("textgrid", ())
    with pytest.raises(RequestError, match=r"has no tier 'phones'\. Its tiers are: words, beats"):
        words.of_tier("phones")


def test_windows_line_ends_do_not_matter(write_files: Write) -> None:
    assert words_of(write_files, LONG.replace("\n", "\r\n")).text == ('say "小"', "prince", "beat")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LONG[:400], "ends where a text is due. The file was cut off"),
        (LONG.replace("size = 3", "size = many"), "line 17: found '0.5' where the class of a tier is due"),
        (LONG.replace('"prince"', '"prince'), "a text is not closed here"),
        (LONG.replace("IntervalTier", "SoundTier"), "line 10: a tier of the class 'SoundTier' is not known"),
        (LONG.replace('"TextGrid"', '"Pitch"'), "holds a Pitch and not a TextGrid"),
        (LONG.replace("xmax = 1.25", "xmax = 0.25"), "line 22: 'say \"小\"' ends at 0.25 s, before it begins at 0.5 s"),
        (SHORT.replace("\n3\n", "\n2.5\n"), "the number of entries in the tier 'words' is 2.5, not a whole number"),
        (LONG.replace("<exists>", "<absent>"), "holds no words"),
    ],
)
def test_a_broken_textgrid_is_refused_by_line(write_files: Write, text: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        words_of(write_files, text)
    assert message in str(caught.value)


def test_a_textgrid_in_another_encoding_is_shown_before_it_is_read(write_files: Write) -> None:
    data = LONG.replace("prince", "小王子住在一颗很小的星球上").encode("gb18030")
    with pytest.raises(RequestError, match="gb18030"):
        words_of(write_files, data)
    assert words_of(write_files, data, encoding="gb18030").text[1] == "小王子住在一颗很小的星球上"


def test_real_words_of_a_story(shared_data: Callable[[str], Path]) -> None:
    words = read_words(shared_data("text_story_cn/section_1_words.tsv"))
    assert (len(words), words.text[:4], words.tiers) == (1753, ("当", "我", "还", "只有"), ("words",))
    assert (words.onset_s[1], words.offset_s[1]) == (0.14, 0.25)
    assert list(words.extra) == ["lemma", "logfreq", "pos", "section", "sentence_id"]
    assert words.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "The,the,0.5,0.7\nprince,prince,0.7,1.1\nhm,<unk>,,\nslept,slept,1.5,2\n",
        "The,0.5,0.7\nprince,0.7,1.1\nhm,,\nslept,1.5,2\n",
        "word,aligned,start,end\nThe,the,0.5,0.7\nprince,prince,0.7,1.1\nhm,,,\nslept,slept,1.5,2\n",
    ],
)
def test_words_that_gentle_did_not_find_keep_their_place(write_files: Write, text: str) -> None:
    words = words_of(write_files, text, "align.csv")
    assert (words.form, words.text) == ("gentle", ("The", "prince", "hm", "slept"))
    assert np.isnan(words.onset_s[2])
    assert any("1 of 4 words have no time" in problem.message for problem in words.problems)
    assert words.timed().text == ("The", "prince", "slept")
    filled = words.filled()
    assert (filled.onset_s[2], filled.offset_s[2]) == pytest.approx((1.1, 1.5))


def test_words_without_time_at_the_ends_take_the_nearest_time(write_files: Write) -> None:
    filled = words_of(write_files, "word,start,end\na,,\nb,1,2\nc,,\nd,,\n", "align.csv").filled()
    assert filled.onset_s.tolist() == [1, 1, 2, 2]
    assert filled.offset_s.tolist() == [1, 2, 2, 2]


def test_a_table_may_have_durations_and_tiers_and_any_order(write_files: Write) -> None:
    text = "text\tonset\tduration\ttier\nlater\t2\t0.5\twords\nfirst\t1\t0.5\twords\np\t0\t0.1\tphones\n\t4\t1\twords\n"
    words = words_of(write_files, text, "w.tsv")
    assert words.text == ("first", "later", "p")
    assert words.offset_s.tolist() == [1.5, 2.5, 0.1]
    assert words.tiers == ("words", "phones")
    assert [problem.message for problem in words.problems] == [
        "w.tsv: the onsets were not in order; the words were sorted",
        "w.tsv: 1 rows without a word were left out",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("word\tonset\toffset\na\t2\t1\n", "line 2: 'a' ends at 1 s, before it begins at 2 s"),
        ("word\tonset\toffset\na\tsoon\t1\n", "line 2: 'soon' is no time in seconds"),
        ("word\tonset\toffset\na\tinf\tinf\n", "line 2: 'inf' is no time in seconds"),
        ("speech\tonset\toffset\na\t1\t2\n", "has no column of words. Its columns are: speech, onset, offset"),
        ("word\tfrom\toffset\na\t1\t2\n", "has no column of onsets"),
        ("word\tonset\tpos\na\t1\tx\n", "has no column of offsets or durations"),
        ("word,start,end\n1,000,1,2\n", "line 2: 4 fields where the first line has 3"),
        ("just some prose\nand more\n", "holds no table of words and times"),
        ("word\tonset\toffset\n", "holds no words"),
    ],
)
def test_tables_that_hold_no_timed_words_are_refused(write_files: Write, text: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        words_of(write_files, text, "w.tsv")
    assert message in str(caught.value)


def test_milliseconds_are_suspected(write_files: Write) -> None:
    words = words_of(write_files, "word\tonset\toffset\na\t0\t250\nb\t250\t610\n", "w.tsv")
    assert "the times look like milliseconds" in words.problems[0].message


labels = st.text("ab \"!=<>[]0.1'小王子é", max_size=12)
intervals = st.lists(st.tuples(st.integers(1, 5000), labels), min_size=1, max_size=8)


@given(tiers=st.lists(intervals, min_size=1, max_size=3), is_long=st.booleans(), encoding=st.sampled_from(["utf-8", "utf-16"]))
def test_every_written_textgrid_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, tiers: list[list[tuple[int, str]]], is_long: bool, encoding: str
) -> None:
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", "xmax = 99", "tiers? <exists>"]
    lines += [f"size = {len(tiers)}", "item []:"]
    wanted = []
    for place, tier in enumerate(tiers, 1):
        lines += [f"item [{place}]:", 'class = "IntervalTier"', f'name = "t{place}"', "xmin = 0", "xmax = 99"]
        lines.append(f"intervals: size = {len(tier)}")
        now_ms = 0
        for number, (length_ms, text) in enumerate(tier, 1):
            begin, end = now_ms / 1000, (now_ms + length_ms) / 1000
            quoted = text.replace('"', '""')
            lines += [f"intervals [{number}]:", f"xmin = {begin}", f"xmax = {end}", f'text = "{quoted}"']
            now_ms += length_ms
            if text.strip():
                wanted.append((text.strip(), begin, end, f"t{place}"))
    if not is_long:  # what counts, one a line
        kept = [line.split("= ", 1)[-1].removeprefix("tiers? ") for line in lines if "=" in line or "tiers?" in line]
        lines = [lines[0], *kept[1:]]
    path = tmp_path_factory.mktemp("grid") / "x.TextGrid"
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    if not wanted:
        with pytest.raises(RequestError, match="holds no words"):
            read_words(path)
        return
    words = read_words(path)
    assert list(zip(words.text, words.onset_s, words.offset_s, words.tier, strict=True)) == wanted


@given(text=st.text(max_size=200))
def test_any_text_is_read_or_refused_in_words(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "x.TextGrid"
    path.write_bytes(('File type = "ooTextFile"\n"TextGrid"\n' + text).encode("utf-8", "replace"))
    with pytest.raises(RequestError):
        read_words(path)
