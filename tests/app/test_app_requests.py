"""Flags, settings files and requests: what they become, and that nothing wrong passes."""

from pathlib import Path
from typing import Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.app import Project, make_request
from neurostudio.app.requests import read_flags
from neurostudio.app.spec_file import SpecFile, read_spec_file
from neurostudio.core.errors import RequestError
from neurostudio.core.method import Method
from neurostudio.core.spec import Spec, setting


class Slow(Spec):
    """One way."""

    kind: Literal["slow"] = "slow"
    wait: int = setting(1, title="Wait", help="Waiting.")


class Quick(Spec):
    """The other way."""

    kind: Literal["quick"] = "quick"
    haste: int = setting(2, title="Haste", help="Hurrying.")


class Walk(Spec):
    """Settings with a union and a dict."""

    pace: Slow | Quick = setting(Slow(), title="Pace", help="How.", tag="kind")
    costs: dict[str, float] = setting({}, title="Costs", help="Names to numbers.")
    n: int = setting(3, title="Steps", help="How many.")


WALK = Method("lab.walk", "Walk", "Walks.", spec=f"{__name__}:Walk", run="")


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch) -> Method:
    """The method with these settings; found without an import, as test modules have no importable name."""
    monkeypatch.setattr(Method, "load_spec", lambda _: Walk)
    return WALK


def test_run_options_are_told_apart_from_settings(walk: Method) -> None:
    flags = read_flags(walk, ["seed=3", "cores = 2", "device=cpu", "n=5"])
    assert (flags.settings, flags.seed, flags.cores, flags.device) == ({"n": "5"}, 3, 2, "cpu")
    for wrong in ("seed=x", "cores=1.5"):
        with pytest.raises(RequestError, match="whole number"):
            read_flags(walk, [wrong])


def test_another_member_of_a_union_takes_nothing_from_the_one_it_replaces(walk: Method) -> None:
    base = {"pace": {"kind": "slow", "wait": 9}, "n": 4, "costs": {"mac": 1.0}}
    changed = Walk.from_settings(read_flags(walk, ["pace.kind=quick"], base).settings)
    assert changed == Walk(pace=Quick(), n=4, costs={"mac": 1.0})
    same = Walk.from_settings(read_flags(walk, ["pace.kind=slow", "n=5"], base).settings)
    assert same == Walk(pace=Slow(wait=9), n=5, costs={"mac": 1.0})
    dotted = Walk.from_settings(read_flags(walk, ["pace.haste=7"], {"pace.kind": "quick"}).settings)
    assert dotted.pace == Quick(haste=7)


def test_settings_of_the_base_are_checked(walk: Method) -> None:
    with pytest.raises(RequestError, match="no setting 'm'"):
        read_flags(walk, [], {"m": 1})


def test_a_request_draws_a_seed_and_records_it(project: Project) -> None:
    seeds = {make_request(project, "counting.sum").seed for _ in range(4)}
    assert len(seeds) == 4
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert make_request(project, "counting.sum", settings={"n": 3}).settings["n"] == 3
    assert not list((project.path / "runs").iterdir()), "a request alone writes nothing"


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:1", "mps"])
def test_devices_that_may_be_there_are_taken(device: str, project: Project) -> None:
    assert make_request(project, "counting.sum", device=device).device == device


@given(
    st.fixed_dictionaries(
        {"settings": st.dictionaries(st.sampled_from(["n", "a.b", "c"]), st.integers() | st.text("abc") | st.none(), max_size=3)},
        optional={
            "method": st.sampled_from(["counting.sum", "x"]),
            "inputs": st.dictionaries(
                st.sampled_from(["train", "test"]), st.sampled_from(["mr", "run:ann"]) | st.just(["a", "b"])
            ),
            "seed": st.integers(0, 9),
            "name": st.text("abc 12", min_size=1),
            "device": st.just("cpu"),
            "cores": st.integers(1, 4),
        },
    )
)
def test_a_settings_file_reads_as_it_was_written(document: dict[str, object]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spec.yaml"
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        found = read_spec_file(path)
    given_inputs = {
        role: names if isinstance(names, list) else [names] for role, names in dict(document.get("inputs", {})).items()
    }  # type: ignore[call-overload]
    assert found == SpecFile(**{**document, "inputs": given_inputs})  # type: ignore[arg-type]


def test_a_settings_file_may_hold_the_settings_alone(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("n: 3\npace: {kind: quick}\n", encoding="utf-8")
    assert read_spec_file(path) == SpecFile(settings={"n": 3, "pace": {"kind": "quick"}})


def test_the_request_of_a_run_is_a_settings_file(project: Project) -> None:
    from neurostudio.app.runs import submit

    folder = submit(project, make_request(project, "counting.sum", settings={"n": 3}, seed=4, name="one", cores=1))
    found = read_spec_file(folder.request_file)
    assert (found.method, found.settings["n"], found.seed, found.name, found.cores) == ("counting.sum", 3, 4, "one", 1)
