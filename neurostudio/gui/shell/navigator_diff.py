"""From one list of keys to another in few steps, so that a view keeps selection, expansion and scroll position."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remove:
    """Rows `first` to `last` (both included) go."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Move:
    """The row at `source` goes to where it will stand before the row now at `target`."""

    source: int
    target: int


@dataclass(frozen=True, slots=True)
class Insert:
    """The keys come in before row `first`."""

    first: int
    keys: tuple[str, ...]


Step = Remove | Move | Insert


def steps(old: Sequence[str], new: Sequence[str]) -> Iterator[Step]:
    """The steps, each to be done before the next is asked for; keys are unique within each list.

    Rows that stay in order are not touched; neighbours come and go together.
    """
    rows = list(old)
    if rows == list(new):
        return
    wanted = set(new)
    last = len(rows) - 1
    while last >= 0:
        if rows[last] in wanted:
            last -= 1
            continue
        first = last
        while first > 0 and rows[first - 1] not in wanted:
            first -= 1
        del rows[first : last + 1]
        yield Remove(first, last)
        last = first - 1
    resting = _resting(rows, new)
    known = set(rows)
    place = 0
    while place < len(new):
        key = new[place]
        if key in resting:
            place += 1
            continue
        at = rows.index(new[place - 1]) + 1 if place else 0
        if key in known:
            source = rows.index(key)
            if source != at:
                yield Move(source, at)
                del rows[source]
                rows.insert(at - (source < at), key)
            place += 1
        else:
            end = place
            while end < len(new) and new[end] not in known:
                end += 1
            yield Insert(at, tuple(new[place:end]))
            rows[at:at] = new[place:end]
            place = end


def _resting(rows: Sequence[str], new: Sequence[str]) -> set[str]:
    """The most rows whose order is the same in both lists (longest increasing subsequence): they need not move."""
    place = {key: index for index, key in enumerate(new)}
    ends: list[int] = []  # ends[n]: smallest place that ends an increasing sequence of n + 1 rows
    sequences: list[tuple[str, int]] = []  # (key, index of its predecessor in this list)
    heads: list[int] = []
    for key in rows:
        length = bisect_left(ends, place[key])
        sequences.append((key, heads[length - 1] if length else -1))
        if length == len(ends):
            ends.append(place[key])
            heads.append(len(sequences) - 1)
        else:
            ends[length] = place[key]
            heads[length] = len(sequences) - 1
    resting: set[str] = set()
    at = heads[-1] if heads else -1
    while at >= 0:
        key, at = sequences[at]
        resting.add(key)
    return resting
