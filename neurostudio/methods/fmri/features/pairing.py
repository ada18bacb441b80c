"""Which input belongs to which run, and which inputs are one feature space.

Several inputs of one role are either runs of the same space or different spaces. In this order:

1. what the setting ``features.pairs`` says;
2. an input that serves every run by itself (a table with a column ``run``, or with a row for each volume of all runs);
3. the run number, or the name of the run, in the name of the input; what is left of the name is the space;
4. one run: each input is a space; one input: every run saw it; as many inputs as runs: in order.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from neurostudio.core.errors import RequestError

EVERY_RUN = "*"

_RUN = re.compile(r"(?<![a-zA-Z])run[-_ ]?0*([0-9]+)(?![0-9])", re.IGNORECASE)
_SPLIT = re.compile(r"[-_. ]+")
_ENDING = re.compile(r"(\.(tsv|csv|txt|npy|npz|parquet|textgrid|gz))+$", re.IGNORECASE)


@dataclass(frozen=True)
class Pairing:
    """The inputs of one feature space.

    Attributes
    ----------
    space : str
        Name of the space.
    inputs : tuple of int
        Place of the input for each run.
    """

    space: str
    inputs: tuple[int, ...]


def pair(
    names: Sequence[str],
    runs: Sequence[str],
    serves_all: Sequence[bool],
    explicit: Mapping[str, str],
    fallback: str,
) -> tuple[Pairing, ...]:
    """Pair inputs with runs; see the module's docstring.

    Parameters
    ----------
    names, runs : sequence of str
        Names of the inputs of one role, and of the runs.
    serves_all : sequence of bool
        Whether an input holds every run.
    explicit : dict
        Input name -> run name or ``*``.
    fallback : str
        Name of a space whose inputs have no name beside the run.

    Raises
    ------
    RequestError
        A run has no input, or two of one space, or the pairing cannot be told.
    """
    every, single, unknown = [], dict[int, int](), []
    for place, name in enumerate(names):
        run = _explicit_run(explicit[name], runs) if name in explicit else _run_in(name, runs)
        if (name in explicit and run is None) or (serves_all[place] and name not in explicit):
            every.append(place)
        elif run is not None:
            single[place] = run
        else:
            unknown.append(place)
    pairings = [Pairing(names[place], (place,) * len(runs)) for place in every]
    pairings += _by_name(names, runs, single, fallback)
    if len(runs) == 1 or len(unknown) == 1:
        pairings += [Pairing(names[place], (place,) * len(runs)) for place in unknown]
    elif unknown and len(unknown) == len(runs):
        pairings.append(Pairing(_shared_name([names[place] for place in unknown]) or fallback, tuple(unknown)))
    elif unknown:
        raise RequestError(
            f"{len(unknown)} inputs ({', '.join(names[place] for place in unknown[:4])}) and {len(runs)} runs cannot be paired",
            "Their names do not say which belongs to which",
            f"Say it in features.pairs, such as {names[unknown[0]]}={runs[0]}, or {names[unknown[0]]}=* for every run",
        )
    return tuple(pairings)


# --- inside ---------------------------------------------------------------------------------------------------------------


def _explicit_run(wanted: str, runs: Sequence[str]) -> int | None:
    if wanted == EVERY_RUN:
        return None
    if wanted not in runs:
        raise RequestError(f"features.pairs names a run '{wanted}' that is not there", fix=f"The runs are: {', '.join(runs)}")
    return list(runs).index(wanted)


def _run_in(name: str, runs: Sequence[str]) -> int | None:
    """The one run that a name speaks of, by its whole name or its number."""
    named = [place for place, run in enumerate(runs) if run in name]
    if named:
        return max(named, key=lambda place: len(runs[place]))
    number = _RUN.search(name)
    if number is None or len(runs) == 1:
        return None
    numbers = [match.group(1) if (match := _RUN.search(run)) else None for run in runs]
    fitting = [place for place, other in enumerate(numbers) if other == number.group(1)]
    return fitting[0] if len(fitting) == 1 else None


def _by_name(names: Sequence[str], runs: Sequence[str], single: Mapping[int, int], fallback: str) -> list[Pairing]:
    by_run = {run: place for place, run in single.items()}
    if len(single) == len(by_run) == len(runs):  # one for each run, whatever else the names say
        own = tuple(by_run[run] for run in range(len(runs)))
        rests = [_beside_run(names[place], runs[run]) for run, place in enumerate(own)]
        return [Pairing(_shared_name(rests) or fallback, own)]
    spaces: dict[str, dict[int, int]] = {}
    for place, run in single.items():
        rest = _beside_run(names[place], runs[run]) or fallback
        taken = spaces.setdefault(rest, {})
        if run in taken:
            raise RequestError(
                f"The inputs {names[taken[run]]} and {names[place]} both belong to the run {runs[run]}",
                fix="Give one of them, or say in features.pairs which run each belongs to",
            )
        taken[run] = place
    pairings = []
    for space, places in spaces.items():
        missing = [run for place, run in enumerate(runs) if place not in places]
        if missing:
            raise RequestError(
                f"The run {missing[0]} has no input of '{space}'",
                f"There is one for {', '.join(runs[place] for place in sorted(places))}",
                "Give one for every run, or leave the run out (selection)",
            )
        pairings.append(Pairing(space, tuple(places[run] for run in range(len(runs)))))
    return pairings


def _beside_run(name: str, run: str) -> str:
    """What a name says beside its run: without the words of the run's name, its number, and the ending of the file."""
    rest = _ENDING.sub("", _RUN.sub("", name.replace(run, "")))
    known = set(_SPLIT.split(run))
    return "-".join(word for word in _SPLIT.split(rest) if word and word not in known)


def _shared_name(names: Sequence[str]) -> str:
    """What all names have in common: section-1-words, section-2-words -> section-words."""
    parts = [_SPLIT.split(_ENDING.sub("", name)) for name in names]
    shared = [part for part in parts[0] if all(part in other for other in parts[1:])]
    return "-".join(part for part in shared if not part.isdigit())
