"""Figures of volumes: cuts through maps over anatomy, mosaics, and label images with the names of their regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import Plot
from neurostudio.report import style
from neurostudio.report.figures.canvas import new_figure, short
from neurostudio.report.figures.volume_bars import draw_bars, draw_regions
from neurostudio.report.volume_data import (
    SIDES,
    TEMPLATE,
    balance_mm,
    cut,
    first_layer,
    read_image,
    region_names,
    shown_box,
    step_of,
    strongest_mm,
    template_path,
    voxels_above,
)
from neurostudio.report.volume_look import PLANES, LayerLook, VolumeLook, rgba
from neurostudio.report.wording import number_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from neurostudio.data.fmri.image import Image

Notes = list[str]

MOST_VOLUMES = 6
_ENDING = ".nii.gz"
_BACK = "#000000"
_LINE = "#FFFFFF"
_BAR_INCH, _NAMES_INCH, _BARE_INCH = 0.95, 1.5, 0.1  # room at the right for a colour bar, for names, for neither
_ROW_INCH = (0.7, 3.0)  # the lowest and the highest row of cuts


@dataclass(frozen=True, eq=False)
class Scene:
    """Images with the look of each, from the lowest to the highest, and the corners in millimetres of what is shown."""

    look: VolumeLook
    images: Mapping[str, Image]
    box: NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 3)))

    @property
    def layers(self) -> tuple[tuple[LayerLook, Image], ...]:
        """What is seen."""
        return tuple((layer, self.images[layer.name]) for layer in self.look.visible())

    @property
    def main(self) -> tuple[LayerLook, Image] | None:
        """The highest map or label image."""
        return next((pair for pair in reversed(self.layers) if pair[0].kind in ("map", "labels")), None)

    @property
    def has_orientation(self) -> bool:
        """Whether left and right are known of everything that is seen."""
        return all(image.header.has_orientation for _, image in self.layers)

    def time_of(self, layer: LayerLook, image: Image) -> int:
        """The volume that is shown of an image."""
        wanted = self.look.time if layer.time is None else layer.time
        return min(max(wanted, 0), image.n_volumes - 1)


def draw_volume(plot: Plot, path: Path) -> tuple[Figure, Notes]:
    """A map over its anatomy, or a label image, as its ``Plot`` says; volumes of a 4D map one under the other.

    Raises
    ------
    NeuroError
        When a file is missing or damaged, or map and anatomy lie in different places.
    """
    scene = scene_of_plot(plot, path)
    main = scene.main
    image = main[1] if main else next(iter(scene.images.values()))
    names = plot.y if plot.form == "slices" else ()
    if image.n_volumes > 1 and names:
        count = min(image.n_volumes, len(names), MOST_VOLUMES)
        rows = [replace(scene, look=scene.look.at_time(t)) for t in range(count)]
        notes = [f"{count} of {image.n_volumes} volumes are drawn."] if count < image.n_volumes else []
        return draw_rows(rows, names[:count], notes)
    notes = [f"Volume 1 of {image.n_volumes} is drawn."] if image.n_volumes > 1 else []
    return draw_rows([scene], (), notes)


def draw_look(look: VolumeLook, images: Mapping[str, Image]) -> tuple[Figure, Notes]:
    """What a viewer shows: `images` holds those of the layers by their names."""
    scene = _placed(Scene(look, images))
    if not scene.layers:
        raise NeuroError("Nothing is seen in this look", fix="Show a layer")
    if look.form == "mosaic":
        return _mosaic(scene)
    if look.form == "glass":
        from neurostudio.report.figures.volume_glass import draw_glass

        return draw_glass(scene)
    if look.form == "surface":
        from neurostudio.report.figures.volume_surface import draw_surface

        return draw_surface(scene)
    return draw_rows([scene], (), [])


def scene_of_plot(plot: Plot, path: Path) -> Scene:
    """The images that a plot names, with a look that fits what they are."""
    image = read_image(path)
    images: dict[str, Image] = {}
    layers: list[LayerLook] = []
    under = _under(plot, path)
    if under is not None and under != path:
        images["under"] = read_image(under)
        layers.append(first_layer(images["under"], "under", "anatomy"))
    own = "own"
    images[own] = image
    if plot.form == "labels":
        layers.append(replace(first_layer(image, own, "labels"), names=region_names(plot, path)))
    elif plot.x or "threshold" in plot.baselines or plot.y:
        layers.append(first_layer(image, own, "map", plot.baselines.get("threshold"), unit=plot.y_label))
    else:
        layers.append(first_layer(image, own, "anatomy", unit=plot.y_label))
    return _placed(Scene(VolumeLook(layers=tuple(layers)), images))


def draw_rows(rows: Sequence[Scene], titles: Sequence[str], notes: Notes) -> tuple[Figure, Notes]:
    """Three cuts in a row for each scene, and what the colours say at the right."""
    box = rows[0].box
    size = np.maximum(box[1] - box[0], 1.0)
    widths = [float(size[1]), float(size[0]), float(size[0])]
    tall = float(max(size[2], size[1]))
    wide = style.WIDE_INCH[0] - _side_inch(rows[0]) - 0.25
    height = min(max(wide * tall / sum(widths), _ROW_INCH[0]), _ROW_INCH[1])
    figure = new_figure(style.WIDE_INCH[0], (height + 0.28) * len(rows) + 0.08)
    figure.set_layout_engine("compressed")
    grid = figure.add_gridspec(len(rows), 3, width_ratios=widths)
    found: list[Axes] = []
    said: Notes = []
    for number, scene in enumerate(rows):
        centre = _centre(scene)
        axes = [figure.add_subplot(grid[number, place]) for place in range(3)]
        for axis, one in enumerate(axes):
            _panel(one, scene, axis, float(centre[axis]), centre if scene.look.has_crosshair else None)
            one.set_xlabel(f"{'xyz'[axis]} = {number_text(round(float(centre[axis]), 1))} mm", fontsize=style.SMALL_FONT_POINTS)
            middle = sum(one.get_ylim()) / 2
            one.set_ylim(middle - tall / 2, middle + tall / 2)  # all three as high as the highest
        if titles:
            axes[0].set_ylabel(short(titles[number]), fontsize=style.SMALL_FONT_POINTS)
        found += axes
        said += _remarks(scene, titles[number] if titles else "")
    _explain(figure, rows[0], found)
    return figure, [*notes, *dict.fromkeys(said), *_sides(rows[0])]


def _mosaic(scene: Scene) -> tuple[Figure, Notes]:
    """Cuts at equal distances through one axis."""
    axis = PLANES.index(scene.look.plane)
    count = scene.look.cuts
    across, up = (other for other in range(3) if other != axis)
    size = np.maximum(scene.box[1] - scene.box[0], 1.0)
    columns = min(count, 6)
    rows = -(-count // columns)
    wide = style.WIDE_INCH[0] - _side_inch(scene)
    height = min(max(wide / columns * float(size[up] / size[across]), 0.5), 2.2)
    figure = new_figure(style.WIDE_INCH[0], (height + 0.2) * rows + 0.1)
    figure.set_layout_engine("compressed")
    low, high = scene.box[:, axis]
    ends = scene.look.ends_mm
    places = np.linspace(*ends, count) if ends else low + (high - low) * (np.arange(count) + 1) / (count + 1)
    axes = []
    for number, at in enumerate(places):
        one = figure.add_subplot(rows, columns, number + 1)
        _panel(one, scene, axis, float(at), None, with_letters=number == 0)
        one.set_xlabel(f"{'xyz'[axis]} = {number_text(round(float(at)))} mm", fontsize=6.5, labelpad=1)
        axes.append(one)
    _explain(figure, scene, axes)
    return figure, [*_remarks(scene, ""), *_sides(scene)]


def _panel(
    axes: Axes,
    scene: Scene,
    axis: int,
    at_mm: float,
    crosshair: NDArray[np.float64] | None,
    *,
    with_letters: bool = True,
) -> None:
    """One cut through all layers, black around it, with the letters of its sides."""
    across, up = (other for other in range(3) if other != axis)
    step = step_of((image for _, image in scene.layers), scene.box)
    axes.set_facecolor(_BACK)
    for layer, image in scene.layers:
        sheet = cut(
            image, axis, at_mm, scene.box, step, scene.time_of(layer, image), linear=layer.kind != "labels" and layer.is_smooth
        )
        axes.imshow(
            rgba(sheet.values, layer),
            origin="lower",
            extent=sheet.edges,
            interpolation="nearest",
            aspect="equal",
            rasterized=True,
        )
    axes.set_xlim(scene.box[0][across], scene.box[1][across])
    axes.set_ylim(scene.box[0][up], scene.box[1][up])
    turned = scene.look.is_radiological and across == 0
    if turned:
        axes.invert_xaxis()
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    if crosshair is not None:
        for line, value in ((axes.axvline, crosshair[across]), (axes.axhline, crosshair[up])):
            line(float(value), color=_LINE, linewidth=0.5, alpha=0.55)
    if with_letters:
        doubt = "" if scene.has_orientation else "?"
        left, right = SIDES[across][::-1] if turned else SIDES[across]
        for (x, y), text in {
            (0.015, 0.5): left,
            (0.985, 0.5): right,
            (0.5, 0.985): SIDES[up][1],
            (0.5, 0.015): SIDES[up][0],
        }.items():
            axes.text(
                x, y, text + (doubt if text in "LR" else ""),
                transform=axes.transAxes,
                ha="left" if x < 0.1 else "right" if x > 0.9 else "center",
                va="bottom" if y < 0.1 else "top" if y > 0.9 else "center",
                color=_LINE, fontsize=7, fontweight="bold", gid=f"side-{text}",
            )  # fmt: skip


def _explain(figure: Figure, scene: Scene, axes: Sequence[Axes]) -> None:
    """Colour bars of the maps, names of the regions."""
    labels = [(layer, image) for layer, image in scene.layers if layer.kind == "labels"]
    bars = [layer for layer, _ in scene.layers if layer.kind == "map"] or [layer for layer, _ in scene.layers if layer.unit][:1]
    if bars:
        draw_bars(figure, axes, bars)
    elif labels:
        draw_regions(axes, labels[-1][0], _seen_regions(scene, *labels[-1]))


def _side_inch(scene: Scene) -> float:
    kinds = {layer.kind for layer, _ in scene.layers}
    has_unit = any(layer.unit for layer, _ in scene.layers)
    return _BAR_INCH if "map" in kinds or has_unit else _NAMES_INCH if "labels" in kinds else _BARE_INCH


def _seen_regions(scene: Scene, layer: LayerLook, image: Image) -> list[int]:
    """Regions in the cuts, the largest first."""
    centre, step = _centre(scene), step_of([image], scene.box)
    found: dict[int, int] = {}
    for axis in range(3):
        values = cut(image, axis, float(centre[axis]), scene.box, step, scene.time_of(layer, image), linear=False).values
        regions, counts = np.unique(values[np.isfinite(values) & (values != 0)].astype(np.int64), return_counts=True)
        for region, count in zip(regions.tolist(), counts.tolist(), strict=True):
            found[region] = found.get(region, 0) + count
    return sorted(found, key=lambda region: (-found[region], region))


def _centre(scene: Scene) -> NDArray[np.float64]:
    """Where the slices cut."""
    if scene.look.cursor_mm is not None:
        return np.array(scene.look.cursor_mm, dtype=np.float64)
    main = scene.main
    if main is not None and main[0].kind == "map":
        return strongest_mm(main[1], scene.time_of(*main))
    layer, image = main or scene.layers[0]
    if layer.kind == "labels":
        values = np.argwhere(image.volume(scene.time_of(layer, image)) != 0)
        return image.grid.mm_of(np.round(values.mean(0))) if len(values) else np.asarray(image.grid.centre_mm, dtype=np.float64)
    return balance_mm(image, scene.time_of(layer, image))


def _placed(scene: Scene) -> Scene:
    """The scene with the box of its lowest layer; NeuroError where a map lies elsewhere."""
    layers = scene.layers
    if not layers:
        return scene
    layer, image = layers[0]
    whole = image.grid.box_mm
    for _, above in layers[1:]:
        box = above.grid.box_mm
        if (box[1] < whole[0]).any() or (box[0] > whole[1]).any():
            raise NeuroError(
                "The map lies outside of the picture under it",
                f"The map is at {_box_text(box)}, the picture at {_box_text(whole)}",
                "Look whether both are in the same space; a wrong affine can be reset in the program that wrote it",
            )
    box = whole if layer.kind == "labels" else shown_box(image, scene.time_of(layer, image))
    return replace(scene, box=box)


def _under(plot: Plot, path: Path) -> Path | None:
    if not plot.x:
        return None
    return template_path() if plot.x == TEMPLATE else path.with_name(f"{plot.x}{_ENDING}")


def _remarks(scene: Scene, title: str) -> Notes:
    """What the threshold leaves, and what is no number."""
    main = scene.main
    if main is None or main[0].kind != "map":
        return []
    layer, image = main
    t = scene.time_of(layer, image)
    start = f"{title}: " if title else ""
    notes = []
    if layer.threshold is not None:
        table = voxels_above(image, t, layer.threshold)
        sides = "at least ±" if layer.is_two_sided else "at least "
        n_above, n_known = len(table.values), table.n_known
        share = f" of {number_text(n_known)}" if n_above < n_known else ""
        percent = f" ({number_text(100 * n_above / n_known, 2)} %)" if share else ""
        notes.append(f"{start}{number_text(n_above)}{share} voxels{percent} are {sides}{number_text(layer.threshold)}.")
        if not len(table.values):
            notes[-1] = f"{start}no voxel reaches the threshold of {number_text(layer.threshold)}."
    if missing := int(np.count_nonzero(~np.isfinite(image.volume(t)))):
        notes.append(f"{start}{number_text(missing)} voxels hold no number and are transparent.")
    return [note[:1].upper() + note[1:] if not start else note for note in notes]


def _sides(scene: Scene) -> Notes:
    if not scene.has_orientation:
        return ["The file holds no orientation: left and right are unknown."]
    return ["The left side of the body is shown on the right."] if scene.look.is_radiological else []


def _box_text(box: Any) -> str:
    return " × ".join(f"{low:.0f} to {high:.0f}" for low, high in zip(box[0], box[1], strict=True)) + " mm"
