"""Facts of brain data in words."""

import pytest

from neurostudio.data.import_report import ImportReport
from neurostudio.gui.panels.data.presenter import fact_lines
from neurostudio.report.brain_facts import brain_fact_lines


def test_an_image_is_told_by_its_header() -> None:
    facts = {
        "format": "NIfTI-1",
        "volumes": 121,
        "shape": [6, 10, 10],
        "zooms_mm": [25.0, 25.0, 25.0],
        "tr_s": 2.5,
        "tr_from": "header",
        "axes": "LAS",
        "affine_source": "sform",
        "sform_code": 1,
        "qform_code": 1,
        "data_type": "int16",
        "big_endian": True,
        "slope": 0.5,
        "inter": 3.0,
        "raw_bytes": 145_200,
        "affine": [[1.0]],
    }
    assert brain_fact_lines(facts) == [
        ("Format", "NIfTI-1"),
        ("Volumes", "121"),
        ("Voxels", "6 × 10 × 10"),
        ("Voxel size", "25 × 25 × 25 mm"),
        ("TR", "2.5 s, from the header"),
        ("Orientation", "LAS, from the sform (sform 1, qform 1)"),
        ("Data type", "int16, big-endian"),
        ("Scaling", "stored × 0.5 + 3"),
        ("Uncompressed", "145 KB"),
    ]


def test_left_and_right_are_said_to_be_unknown() -> None:
    lines = dict(brain_fact_lines({"affine_source": "none", "sform_code": 0, "qform_code": 0}))
    assert lines == {"Orientation": "none: left and right are unknown (sform 0, qform 0)"}


def test_what_a_person_is_asked_is_not_told_as_known() -> None:
    facts = {"tr_candidates_s": [2.0, 2000.0], "affine_source": "unclear", "sform_code": 1, "qform_code": 2}
    assert dict(brain_fact_lines(facts)) == {
        "TR": "2 s or 2000 s: not clear",
        "Orientation": "sform and qform disagree (sform 1, qform 2)",
    }


def test_a_folder_is_told_by_what_it_holds() -> None:
    facts = {"subjects": 2, "sessions": 0, "tasks": "rest", "runs": 0, "volumes": 0, "missing_images": 40, "missing_bytes": 34e9}
    lines = brain_fact_lines({**facts, "size_bytes": 159_610, "subject_labels": ["015", "019"]})
    assert lines == [
        ("Subjects", "2"),
        ("Tasks", "rest"),
        ("Runs", "0"),
        ("Volumes", "0"),
        ("Images not downloaded", "40, 34 GB"),
        ("Size", "160 KB"),
    ]


@pytest.mark.parametrize("tr_s", ["2.5, 3", 2.5])
def test_the_window_uses_the_same_words(tr_s: object) -> None:
    facts = {"tr_s": tr_s, "runs": 3}
    assert fact_lines(ImportReport("fmri", "bids", facts)) == brain_fact_lines(facts)
