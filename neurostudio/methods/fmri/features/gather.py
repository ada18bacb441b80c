"""Every feature space of a job, from its inputs: tables, words, pictures."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.core.errors import RequestError
from neurostudio.core.method import Input
from neurostudio.data.registry import open_data
from neurostudio.methods.fmri.features.images import (
    SHOWN,
    Presentation,
    has_pictures,
    picture_features,
    pictures_on_volumes,
    presentation_of_run,
)
from neurostudio.methods.fmri.features.language import LanguageModel, load_language_model, word_states
from neurostudio.methods.fmri.features.pairing import Pairing, pair
from neurostudio.methods.fmri.features.spaces import FeatureSpace, RunClock, unique_names, without_constant
from neurostudio.methods.fmri.features.table import on_volumes, part_of_run, read_features, serves_every_run
from neurostudio.methods.fmri.features.vision import load_vision_model
from neurostudio.methods.fmri.features.words import RunWords, cheap_word_values, words_of_run, words_on_volumes
from neurostudio.methods.fmri.inputs import BoldRun
from neurostudio.methods.fmri.specs.encode import EncodeSpec

SOME_UNREAD = 0.05


def gather_features(spec: EncodeSpec, context: Context, runs: Sequence[BoldRun]) -> tuple[FeatureSpace, ...]:
    """Read and compute all features that the inputs of a job give, on the volumes of its runs.

    Raises
    ------
    RequestError
        There are none, or some do not fit the runs: names the file, the cause and the next step.
    """
    clocks = [RunClock(run.name, run.n_volumes, run.repetition_s, spec.features.begins_s) for run in runs]
    spaces = [
        *_from_tables(spec, context, clocks),
        *_from_words(spec, context, clocks),
        *_from_pictures(spec, context, clocks, runs),
    ]
    if not spaces:
        raise RequestError(
            "No features of the stimulus were given",
            fix="Add an input of the role 'features' (a table), 'words' (words with times), or 'images' (the pictures shown)",
        )
    found = []
    for space, name in zip(spaces, unique_names([space.name for space in spaces]), strict=True):
        kept, dropped = without_constant(FeatureSpace(name, space.columns, space.values, space.covered, space.sources, space.how))
        if dropped:
            shown = ", ".join(dropped[:3]) + (" ..." if len(dropped) > 3 else "")
            context.log(f"Features '{name}': {len(dropped)} that never change are left out ({shown})", "warning")
        context.log(f"Features '{name}': {kept.n_feature}, {kept.how}")
        found.append(kept)
    return tuple(found)


# --- tables ---------------------------------------------------------------------------------------------------------------


def _from_tables(spec: EncodeSpec, context: Context, clocks: Sequence[RunClock]) -> list[FeatureSpace]:
    given = context.inputs_of("features")
    tables = [read_features(one, spec.features) for one in given]
    for one, table in zip(given, tables, strict=True):
        if table.ignored:
            context.log(f"'{one.name}': columns that are no numbers are not used: {', '.join(table.ignored[:5])}")
    pairings = _paired(context, given, clocks, spec, "features", [serves_every_run(table, clocks) for table in tables])
    spaces = []
    for pairing in pairings:
        own = [tables[place] for place in pairing.inputs]
        if len({table.columns for table in own}) > 1:
            odd = next(table for table in own if table.columns != own[0].columns)
            raise RequestError(
                f"{own[0].path.name} and {odd.path.name} are the same features of different runs, but have different columns",
                fix="Give them the same columns in the same order, or choose some with features.columns",
            )
        parts = [
            on_volumes(part_of_run(table, clocks, number), clocks[number], spec.features) for number, table in enumerate(own)
        ]
        timed = own[0].times is not None
        spaces.append(
            FeatureSpace(
                pairing.space,
                own[0].columns,
                tuple(values for values, _ in parts),
                tuple(covered for _, covered in parts),
                tuple(table.path.name for table in own),
                f"from a table with times ({spec.features.resample})" if timed else "from a table, one row a volume",
            )
        )
    return spaces


# --- words ----------------------------------------------------------------------------------------------------------------


def _from_words(spec: EncodeSpec, context: Context, clocks: Sequence[RunClock]) -> list[FeatureSpace]:
    given = context.inputs_of("words")
    if not given:
        if context.input("language_model") is not None:
            raise RequestError("A language model was given, but no words", fix="Add words with times (the role 'words')")
        return []
    pairings = _paired(context, given, clocks, spec, "words", [False] * len(given))
    words = [_words_of(spec, context, given, clocks, pairing) for pairing in pairings]
    spaces = []
    if spec.words.cheap:
        spaces += [_cheap(spec, clocks, own, pairing) for own, pairing in zip(words, pairings, strict=True)]
    model = _language_model(spec, context)
    if model is not None:
        for own, pairing in zip(words, pairings, strict=True):
            spaces.append(_in_context(spec, context, clocks, own, pairing, model))
    if not spaces:
        raise RequestError(
            "Words were given, but no features of them are asked for",
            fix="Choose some in words.cheap, or add a language model (the role 'language_model')",
        )
    return spaces


def _words_of(
    spec: EncodeSpec, context: Context, given: Sequence[Input], clocks: Sequence[RunClock], pairing: Pairing
) -> list[RunWords]:
    found = []
    for clock, place in zip(clocks, pairing.inputs, strict=True):
        encoding = spec.words.encoding or str(given[place].options.get("encoding") or "")
        words = words_of_run(given[place].path, clock, encoding, spec.words.tier)
        for note in words.notes:
            context.log(note, "warning")
        found.append(words)
    return found


def _cheap(spec: EncodeSpec, clocks: Sequence[RunClock], words: Sequence[RunWords], pairing: Pairing) -> FeatureSpace:
    wanted = spec.words.cheap
    how = spec.features.resample
    counted = [place for place, name in enumerate(wanted) if name == "rate"]
    values = [
        words_on_volumes(one, run, clock, how, counted=counted)
        for one, run, clock in zip(cheap_word_values(words, wanted), words, clocks, strict=True)
    ]
    return FeatureSpace(
        pairing.space,
        tuple(wanted),
        tuple(values),
        _everywhere(clocks),
        tuple(run.path.name for run in words),
        f"from {sum(len(run.text) for run in words)} words ({how})",
    )


def _language_model(spec: EncodeSpec, context: Context) -> LanguageModel | None:
    given = context.input("language_model")
    if given is None and not spec.language.hub_name:
        return None
    context.check_stop()
    context.progress(0, None, "Load the language model")
    source = spec.language.hub_name if given is None else open_data(given.path, "language-model", given.options)
    model = load_language_model(source, context.device)
    if model.reads_ahead:
        context.log(f"{model.name} reads in both directions: the features of a word know the words after it", "warning")
    return model


def _in_context(
    spec: EncodeSpec,
    context: Context,
    clocks: Sequence[RunClock],
    words: Sequence[RunWords],
    pairing: Pairing,
    model: LanguageModel,
) -> FeatureSpace:
    settings = spec.language
    values, n_unread, n_words = [], 0, 0
    for run, clock in zip(words, clocks, strict=True):
        states, unread = word_states(
            model,
            run.text,
            layer=settings.layer,
            context=settings.context,
            stride=settings.stride,
            word=settings.word,
            batch=settings.batch,
            tick=_watched(context, f"Read the words of {clock.name}", "readings"),
        )
        n_unread, n_words = n_unread + unread, n_words + len(run.text)
        values.append(words_on_volumes(states, run, clock, spec.features.resample))
    if n_unread:
        level = "warning" if n_unread > SOME_UNREAD * n_words else "info"
        context.log(f"{model.name} cannot read {n_unread} of {n_words} words", level)
    layer = model.layer(settings.layer)
    name = f"{model.name}-layer-{layer}" if pairing.space == "words" else f"{pairing.space}-{model.name}-layer-{layer}"
    return FeatureSpace(
        name,
        tuple(f"unit-{unit + 1}" for unit in range(values[0].shape[1])),
        tuple(values),
        _everywhere(clocks),
        tuple(run.path.name for run in words),
        f"layer {layer} of {model.n_layer} of {model.name}, {settings.word} token of each word, context {settings.context} tokens",
    )


# --- pictures -------------------------------------------------------------------------------------------------------------


def _from_pictures(spec: EncodeSpec, context: Context, clocks: Sequence[RunClock], runs: Sequence[BoldRun]) -> list[FeatureSpace]:
    given = context.input("images")
    if given is None:
        return []
    folder = open_data(given.path, "images", given.options)
    tables = context.inputs_of("presentations")
    shown: list[Presentation] = []
    if tables:
        pairings = _paired(context, tables, clocks, spec, "pictures", [False] * len(tables))
        if len(pairings) != 1:
            raise RequestError(
                f"The tables of pictures make {len(pairings)} sets, and one is needed",
                fix="Give one table a run, in the order of the runs, or say it in features.pairs",
            )
        shown = [
            presentation_of_run(tables[place].path, clock, folder)
            for place, clock in zip(pairings[0].inputs, clocks, strict=True)
        ]
    else:
        for run, clock in zip(runs, clocks, strict=True):
            if run.events is None or not has_pictures(run.events):
                raise RequestError(
                    f"When the pictures were shown in {run.name} is not known",
                    "Its events name no picture (column stim_file)",
                    "Add a table with onset, duration and file for each run (the role 'presentations')",
                )
            shown.append(presentation_of_run(run.events, clock, folder))
    for one in shown:
        for note in one.notes:
            context.log(note, "warning")
    names = sorted({name for one in shown for name in one.names})
    vision = context.input("vision_model")
    model = (
        None if vision is None else load_vision_model(open_data(vision.path, "language-model", vision.options), context.device)
    )
    features, columns = picture_features(
        folder, names, spec.pictures, model, _watched(context, "Look at the pictures", "pictures")
    )
    what = "Gabor energies" if model is None else f"layer {model.layer(spec.pictures.layer)} of {model.n_layer} of {model.name}"
    return [
        FeatureSpace(
            "gabor" if model is None else f"{model.name}-layer-{model.layer(spec.pictures.layer)}",
            (*columns, SHOWN),
            tuple(pictures_on_volumes(features, one, clock) for one, clock in zip(shown, clocks, strict=True)),
            _everywhere(clocks),
            tuple(Path(one.path).name for one in shown),
            f"{what} of {len(names)} pictures",
        )
    ]


# --- inside ---------------------------------------------------------------------------------------------------------------


def _paired(
    context: Context,
    given: Sequence[Input],
    clocks: Sequence[RunClock],
    spec: EncodeSpec,
    fallback: str,
    serves_all: Sequence[bool],
) -> tuple[Pairing, ...]:
    if not given:
        return ()
    runs = [clock.name for clock in clocks]
    pairings = pair([one.name for one in given], runs, serves_all, spec.features.pairs, fallback)
    for pairing in pairings:
        if len(runs) > 1 and len(set(pairing.inputs)) == 1 and not serves_all[pairing.inputs[0]]:
            context.log(f"'{given[pairing.inputs[0]].name}' is used for every run: each saw the same stimulus")
    return pairings


def _everywhere(clocks: Sequence[RunClock]) -> tuple[NDArray[np.bool_], ...]:
    return tuple(np.ones(clock.n_volumes, np.bool_) for clock in clocks)


def _watched(context: Context, phase: str, unit: str) -> Callable[[int, int], Any]:
    def tick(done: int, total: int) -> None:
        context.check_stop()
        context.progress(done, total, phase, unit)

    return tick
