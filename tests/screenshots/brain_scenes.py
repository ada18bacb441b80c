"""The scenes of brain data: looking at it in every way, what is asked, what goes wrong, and what its methods found."""

import json
from pathlib import Path

from neurostudio.app import import_data
from neurostudio.gui.panels.fmri.method_page import BrainMethodPage
from neurostudio.gui.panels.fmri.page import BrainPage
from tests.screenshots.scene import scene
from tests.screenshots.stage import Stage
from tests.screenshots.study import BRAIN, BRAIN_RUNS

AUDITORY, VISUAL = (-52.0, -22.0, 8.0), (-8.0, -84.0, 4.0)


@scene
async def brain(stage: Stage) -> None:
    """A run: slices, layers, the series at the crosshair with a held one, events and words."""
    page = await _brain(stage)
    cursor = page.look.crosshair
    cursor.move_to(AUDITORY)
    page.look.link.on_pin()
    cursor.move_to(VISUAL)
    cursor.go_to(24)
    await stage.rest(1)


@scene
async def brain_loading(stage: Stage) -> None:
    """Its first volumes are there, the rest is being read."""
    page = await _brain(stage)
    page.look.strip.show_progress(37, 300)
    page.look.timeline.set_loaded(37)
    await stage.rest()
    stage.afterwards(lambda: page.look.strip.show_progress(0, 0))


@scene
async def brain_lightbox(stage: Stage) -> None:
    """Many slices at once."""
    page = await _brain(stage)
    page.look.viewer.show_sheet("lightbox")
    await stage.rest(1.5)
    stage.afterwards(lambda: page.look.viewer.show_sheet("slices"))


@scene
async def brain_carpet(stage: Stage) -> None:
    """The carpet with motion above it."""
    page = await _brain(stage, "Carpet")
    await stage.until(lambda: page.carpet.carpet is not None, "the carpet is made")
    await stage.rest(1)


@scene
async def brain_surface(stage: Stage) -> None:
    """The run on the cortex."""
    await _brain(stage, "Surface")
    await stage.rest(4)


@scene
async def brain_header(stage: Stage) -> None:
    """What its header says."""
    await _brain(stage, "Header")


@scene
async def brain_events(stage: Stage) -> None:
    """Its events."""
    await _brain(stage, "Events")


@scene
async def brain_files(stage: Stage) -> None:
    """What belongs to it, and who used it."""
    await _brain(stage, "Files")


@scene
async def brain_question(stage: Stage) -> None:
    """The JSON file and the header name different repetition times."""
    await _study(stage)
    sidecar = next(stage.study.rglob("task-listening_bold.json"))
    kept = sidecar.read_text(encoding="utf-8")
    sidecar.write_text(json.dumps({**json.loads(kept), "RepetitionTime": 2.5}), encoding="utf-8")
    page = _open(stage)
    await stage.until(page.question.isVisible, "it is asked")
    await stage.rest()
    stage.afterwards(lambda: sidecar.write_text(kept, encoding="utf-8"))


@scene
async def brain_unoriented(stage: Stage) -> None:
    """Nobody knows where left is."""
    from neurostudio.data.fmri.image import open_image

    await _study(stage)
    source = open_image(_first_image(stage.study))
    source.load()
    import nibabel
    import numpy as np

    bare = stage.folder / "bare" / "bare.nii.gz"
    bare.parent.mkdir(exist_ok=True)
    image = nibabel.Nifti1Image(np.stack([source.volume(t) for t in range(20)], -1), np.eye(4))
    image.set_sform(None, 0)
    image.set_qform(None, 0)
    nibabel.save(image, bare)
    page = await _imported(stage, bare, "bare")
    await stage.until(lambda: bool(page.look.viewer.scene.layers), "it is shown")
    await stage.rest(1)


@scene
async def brain_damaged(stage: Stage) -> None:
    """One byte of the image is wrong."""
    await _study(stage)
    damaged = stage.folder / "damaged" / "damaged.nii.gz"
    damaged.parent.mkdir(exist_ok=True)
    content = bytearray(_first_image(stage.study).read_bytes())
    damaged.write_bytes(content)
    page = await _imported(stage, damaged, "damaged", is_opened=False)
    content[len(content) // 2] ^= 0xFF
    damaged.write_bytes(content)
    page = _open(stage, "damaged")
    await stage.until(page.card.isVisible, "it is refused")
    await stage.rest()


@scene
async def brain_stopped(stage: Stage) -> None:
    """Reading was stopped."""
    page = await _brain(stage)
    page.look.on_stop()
    await stage.rest()


@scene
async def brain_maps(stage: Stage) -> None:
    """A map over its series, with the line of the model."""
    page = await _results(stage, "Maps")
    maps = page.maps
    await stage.until(lambda: maps.page == "content" and maps.map.count() > 0, "the maps are there")
    maps.map.setCurrentIndex(maps.map.findData("z-1"))
    maps.on_map()
    await stage.until(lambda: maps.link.fit is not None, "the fit is there")
    maps.viewer.cursor.move_to(AUDITORY)
    await stage.rest(1)


@scene
async def brain_glass(stage: Stage) -> None:
    """The same map as a glass brain."""
    await brain_maps(stage)
    page = stage.window.page()
    assert isinstance(page, BrainMethodPage)
    page.maps.viewer.show_sheet("glass")
    await stage.rest(2)


@scene
async def brain_outputs(stage: Stage) -> None:
    """The confusion matrix of the decoder."""
    await _results(stage, "Tables and pictures", 1)


@scene
async def brain_method(stage: Stage) -> None:
    """A method that has not run yet."""
    await _study(stage)
    page = stage.window.open_page("method:fmri.encode")
    assert isinstance(page, BrainMethodPage)
    page.show_run("", "Maps")
    await stage.rest(1)


@scene
async def brain_run(stage: Stage) -> None:
    """The page of a run of the general linear model."""
    await _study(stage)
    stage.window.open_page(f"run:{stage.run_id(BRAIN_RUNS[0][0])}")
    await stage.rest(3)


# --- parts of scenes


async def _study(stage: Stage) -> None:
    project = stage.studio.project
    if project is None or project.path != stage.study:
        await stage.open_study(stage.study)


def _open(stage: Stage, name: str = BRAIN) -> BrainPage:
    for page in stage.window.centre.pages():
        if page.key == f"data:{name}":
            stage.window.centre.close_page(page)
    page = stage.window.open_page(f"data:{name}")
    assert isinstance(page, BrainPage)
    return page


async def _brain(stage: Stage, tab: str = "Look") -> BrainPage:
    await _study(stage)
    page = _open(stage)

    def is_whole() -> bool:
        return page.opened is not None and page.opened.image.n_loaded == page.opened.image.n_volumes

    await stage.until(is_whole, "all of it is read")
    page.show_tab(tab)
    await stage.rest(1)
    return page


async def _imported(stage: Stage, path: Path, name: str, *, is_opened: bool = True) -> BrainPage | None:
    project = stage.studio.project
    assert project is not None
    import_data(project.project, [path], name=name)
    await stage.rest(1)
    return _open(stage, name) if is_opened else None


async def _results(stage: Stage, tab: str, number: int = 0) -> BrainMethodPage:
    await _study(stage)
    name, method = BRAIN_RUNS[number]
    page = stage.window.open_page(f"method:{method}")
    assert isinstance(page, BrainMethodPage)
    await stage.until(lambda: page.results is not None, "results are shown")
    page.show_run(stage.run_id(name), tab)
    await stage.rest(1.5)
    return page


def _first_image(study: Path) -> Path:
    return min(study.rglob("*desc-preproc_bold.nii.gz"))
