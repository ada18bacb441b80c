"""A method's page says what its runs leave: each metric and each artifact that is written is documented."""

import re
from pathlib import Path

import pytest

from neurostudio.app import Project, make_request, run, show
from neurostudio.core.kinds import ARTIFACT_KINDS, DATA_KINDS
from neurostudio.core.method import Method
from neurostudio.core.registry import registry
from neurostudio.core.spec import flatten, from_flags, nested, to_flags, walk

METRIC_NAME = re.compile(r"[a-z0-9_]+/[a-z0-9_]+")
ARTIFACT_NAME = re.compile(r"[a-z0-9]+(-[a-zA-Z0-9]+)*")


@pytest.mark.usefixtures("counting_environment")
def test_each_metric_and_artifact_of_a_run_is_documented(tmp_path: Path) -> None:
    with Project.create(tmp_path / "study") as project:
        assert run(project, make_request(project, "counting.sum", settings={"n": 4})).state == "done"
        detail = show(project, "latest")
    method = registry().get("counting.sum")
    documented = {output.name: output.kind for output in method.outputs}
    assert {artifact.name: artifact.kind for artifact in detail.artifacts}.items() <= documented.items()
    assert detail.metrics.keys() <= {metric.name for metric in method.metrics}


def all_methods() -> list[Method]:
    return list(registry().methods.values())


@pytest.mark.parametrize("method", all_methods(), ids=lambda method: method.id)
def test_the_record_of_a_method_is_whole(method: Method) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", method.id)
    assert method.title
    assert method.summary.endswith(".")
    assert method.metrics
    assert all(
        METRIC_NAME.fullmatch(metric.name) and metric.help and metric.better in ("higher", "lower", "")
        for metric in method.metrics
    )
    assert all(
        ARTIFACT_NAME.fullmatch(output.name) and output.kind in ARTIFACT_KINDS and output.help for output in method.outputs
    )
    for names in (method.metrics, method.outputs, method.inputs):
        assert len({one.name for one in names}) == len(names)
    for role in method.inputs:
        assert role.help
        assert set(role.kinds) <= {*DATA_KINDS, *ARTIFACT_KINDS}
    assert set(method.session_inputs) <= {role.name for role in method.inputs}


@pytest.mark.parametrize("method", all_methods(), ids=lambda method: method.id)
def test_every_setting_has_words_and_goes_through_flags_and_back(method: Method) -> None:
    spec = method.load_spec()
    for info in walk(spec):
        assert info.title, info.name
        assert info.help, info.name
    default = spec()
    assert spec.from_settings(from_flags(spec, to_flags(default))) == default
    assert spec.from_settings(nested(flatten(default.as_settings()))) == default
    assert spec.from_settings(default.as_settings()) == default
