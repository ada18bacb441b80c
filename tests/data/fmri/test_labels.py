"""Names of labels."""

from collections.abc import Callable, Mapping
from pathlib import Path

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.label_names import LabelNames, find_label_names, read_label_names
from neurostudio.data.fmri.labels import open_labels

Write = Callable[[Mapping[str, object]], Path]

LUT = """#$Id: FreeSurferColorLUT.txt
#No. Label Name:                            R   G   B   A

0   Unknown                                 0   0   0   0
1   Left-Cerebral-Exterior                  70  130 180 0
17  Left-Hippocampus                        220 216 20  0
"""
XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<atlas version="1.0"><header><name>Test</name><type>{type}</type>
<images><imagefile>/Test/Test-prob-2mm</imagefile><summaryimagefile>/Test/Test-maxprob-2mm</summaryimagefile></images></header>
<data><label index="0" x="48" y="94" z="35">Frontal Pole</label><label index="1" x="25" y="70" z="32">Insular Cortex</label></data>
</atlas>
"""


def names_of(write_files: Write, name: str, content: object) -> LabelNames:
    return read_label_names(write_files({name: content}) / name)


@pytest.mark.parametrize(
    ("name", "content", "names"),
    [
        ("a_dseg.tsv", "index\tname\tcolor\n1\tVisual\t#7812f1\n2\tSomatomotor\tn/a\n", {1: "Visual", 2: "Somatomotor"}),
        ("a.csv", "index,region\n1,Visual\n2,Limbic\n", {1: "Visual", 2: "Limbic"}),
        ("a.csv", "value,abbreviation,label\n1,V,Visual\n", {1: "Visual"}),
        ("a.csv", "1,Visual\n2,Limbic\n", {1: "Visual", 2: "Limbic"}),
        ("a.json", {"1": "Visual", "2": "Limbic"}, {1: "Visual", 2: "Limbic"}),
        ("a.json", {"labels": [{"index": 1, "name": "Visual"}, {"index": 2, "name": "Limbic"}]}, {1: "Visual", 2: "Limbic"}),
        ("a.json", {"Labels": {"7": {"name": "Default"}}}, {7: "Default"}),
        ("a.txt", LUT, {0: "Unknown", 1: "Left-Cerebral-Exterior", 17: "Left-Hippocampus"}),
        ("a.txt", "1  Frontal Pole\n2  Insular Cortex\n", {1: "Frontal Pole", 2: "Insular Cortex"}),
        ("a.xml", XML.format(type="Probabilistic"), {1: "Frontal Pole", 2: "Insular Cortex"}),
        ("a.xml", XML.format(type="Label"), {0: "Frontal Pole", 1: "Insular Cortex"}),
    ],
)
def test_names_are_read_from_every_form(write_files: Write, name: str, content: object, names: dict[int, str]) -> None:
    assert names_of(write_files, name, content).names == names


def test_colours_come_along(write_files: Write) -> None:
    assert names_of(write_files, "lut.txt", LUT).colours[17] == (220, 216, 20)
    assert names_of(write_files, "a.tsv", "index\tname\tcolor\n1\tVisual\t#7812f1\n").colours == {1: (120, 18, 241)}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tsv", "region\tvolume\nVisual\t3\n", "has no columns index and name"),
        ("a.json", "{", "is no JSON"),
        ("a.json", {"RepetitionTime": 2}, "holds no names of labels"),
        ("a.xml", "<atlas>", "is no XML"),
        ("a.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "defines entities of its own"),
        ("a.txt", "1 Visual\nand so on\n", "line 2: 'and so on' is not a number and a name"),
    ],
)
def test_what_holds_no_names_is_refused(write_files: Write, name: str, content: object, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        names_of(write_files, name, content)
    assert message in str(caught.value)


def test_labels_without_a_name_say_their_number() -> None:
    names = LabelNames({1: "Visual"})
    assert [names.name_of(value) for value in (0, 1, 3)] == ["", "Visual", "label 3"]


@pytest.mark.parametrize("name", ["atlas.tsv", "atlas.txt", "atlas_labels.csv", "atlas_LUT.txt", "atlas.xml"])
def test_names_beside_an_image_are_found(write_files: Write, name: str) -> None:
    folder = write_files({"atlas.nii.gz": b"x", name: "1 a\n", "other.txt": "1 b\n"})
    assert find_label_names(folder / "atlas.nii.gz") == folder / name


def test_a_sidecar_without_labels_is_no_list_of_names(write_files: Write) -> None:
    folder = write_files({"atlas.nii.gz": b"x", "atlas.json": {"Resolution": "1 mm"}, "atlas.tsv": "index\tname\n1\ta\n"})
    assert find_label_names(folder / "atlas.nii.gz") == folder / "atlas.tsv"


def test_a_table_of_bids_above_the_image_is_found(write_files: Write) -> None:
    folder = write_files(
        {
            "dataset_description.json": {"Name": "a"},
            "desc-aseg_dseg.tsv": "index\tname\n17\tHippocampus\n",
            "desc-other_dseg.tsv": "index\tname\n17\tOther\n",
            "sub-1/anat/sub-1_desc-aseg_dseg.nii.gz": b"x",
        }
    )
    assert find_label_names(folder / "sub-1/anat/sub-1_desc-aseg_dseg.nii.gz") == folder / "desc-aseg_dseg.tsv"


def test_the_xml_of_fsl_names_its_images(write_files: Write) -> None:
    folder = write_files(
        {"Test.xml": XML.format(type="Probabilistic"), "Test/Test-maxprob-2mm.nii.gz": b"x", "Test/Rest.nii.gz": b"x"}
    )
    assert find_label_names(folder / "Test/Test-maxprob-2mm.nii.gz") == folder / "Test.xml"
    assert find_label_names(folder / "Test/Rest.nii.gz") is None


@given(names=st.dictionaries(st.integers(0, 5000), st.text("abc XYZ-_.", min_size=1).map(str.strip).filter(bool), min_size=1))
def test_every_written_list_is_read_back(tmp_path_factory: pytest.TempPathFactory, names: dict[int, str]) -> None:
    folder = tmp_path_factory.mktemp("names")
    plain, table = folder / "a.txt", folder / "a.tsv"
    plain.write_text("".join(f"{value} {name}\n" for value, name in names.items()))
    table.write_text("index\tname\n" + "".join(f"{value}\t{name}\n" for value, name in names.items()))
    assert read_label_names(plain).names == names
    assert read_label_names(table).names == names


def test_the_name_at_a_place_of_the_brain_is_that_of_its_voxel(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    path = shared_data("fmri_atlas/yeo7_mni152_1mm_liberal.nii.gz")
    words = ["Visual", "Somatomotor", "Dorsal attention", "Ventral attention", "Limbic", "Frontoparietal", "Default"]
    names = tmp_path / "yeo7.txt"
    names.write_text("".join(f"{number} {word}\n" for number, word in enumerate(words, 1)))
    labels = open_labels(path, names)
    theirs = nibabel.load(path)
    data = np.asarray(theirs.dataobj)[..., 0]
    places = np.random.default_rng(2).uniform((-70, -100, -50), (70, 70, 75), (1000, 3))
    voxels = np.rint(nibabel.affines.apply_affine(np.linalg.inv(theirs.affine), places)).astype(int)
    expected = [int(data[tuple(voxel)]) for voxel in voxels]
    assert len(set(expected)) == 8
    assert [labels.name_at(tuple(place)) for place in places.tolist()] == [words[one - 1] if one else "" for one in expected]
