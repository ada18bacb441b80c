"""Colours of volumes: the same names and stops in the window and in the figures. Colour-blind people can read all of them."""

from dataclasses import dataclass
from typing import Literal

from neurostudio.core.errors import NeuroError

Sort = Literal["ordered", "two-sided", "names"]


@dataclass(frozen=True)
class ColourMap:
    """A row of colours.

    Attributes
    ----------
    id, title : str
        Its name in files, and as people read it.
    sort : str
        ``ordered`` from low to high, ``two-sided`` about zero, ``names`` for the regions of a label image.
    stops : str
        Colours at equal distances, ``RRGGBB`` with blanks between them.
    """

    id: str
    title: str
    sort: Sort
    stops: str

    def colours(self) -> list[str]:
        """The stops as ``#RRGGBB``."""
        return [f"#{stop}" for stop in self.stops.split()]


_VIRIDIS = (
    "440154 48186A 472D7B 424086 3B528B 33638D 2C728E 26828E 21918C 1FA088 28AE80 3FBC73 5EC962 84D44B ADDC30 D8E219 FDE725"
)
_CIVIDIS = (
    "00224E 002E6A 1A386F 32436D 434E6C 535A6D 61656F 6F7073 7D7C78 8C8878 9B9476 ABA072 BCAE6C CDBB63 DEC958 F0D846 FEE838"
)
_INFERNO = (
    "000004 0B0724 210C4A 3D0965 57106E 71196E 8A226A A32C61 BC3754 D24644 E45A31 F1731D F98E09 FCAC11 F9CB35 F2EA69 FCFFA4"
)
_MAGMA = "000004 0A0822 1D1147 36106B 51127C 6A1C81 832681 9C2E7F B73779 D0416F E75263 F56B5C FC8961 FEA772 FEC488 FDE2A3 FCFDBF"
_WARM = "8C1A00 C23A00 E8640A F78C1E FDB43C FFD966 FFF7B0"
_COOL = "0B3C8C 0F5BB5 1E7FD0 3AA0E0 66BFEA 9ADBF2 D6F5FB"
_SIGNED = "053061 2166AC 4393C3 92C5DE D1E5F0 F7F7F7 FDDBC7 F4A582 D6604D B2182B 67001F"
_PURPLE_GREEN = "40004B 752982 9970AB C1A4CE E7D4E8 F6F7F6 D9F0D3 A5DA9F 5AAE61 1A7736 00441B"
# Okabe-Ito, then the same hues lighter and darker: neighbours in number differ in hue
_REGIONS = "0072B2 E69F00 009E73 CC79A7 56B4E9 D55E00 F0E442 8FB8DE F2C879 7FCDB5 E3B5D0 2F5D7C B0520A B8AD2E 00694D 98507A"

COLOUR_MAPS: dict[str, ColourMap] = {
    one.id: one
    for one in (
        ColourMap("grey", "Grey", "ordered", "000000 FFFFFF"),
        ColourMap("viridis", "Viridis", "ordered", _VIRIDIS),
        ColourMap("cividis", "Cividis", "ordered", _CIVIDIS),
        ColourMap("inferno", "Inferno", "ordered", _INFERNO),
        ColourMap("magma", "Magma", "ordered", _MAGMA),
        ColourMap("warm", "Warm", "ordered", _WARM),
        ColourMap("cool", "Cool", "ordered", _COOL),
        ColourMap("signed", "Blue – white – red", "two-sided", _SIGNED),
        ColourMap("purple-green", "Purple – green", "two-sided", _PURPLE_GREEN),
        ColourMap("regions", "Regions", "names", _REGIONS),
    )
}


def colour_map(name: str) -> ColourMap:
    """Look a colour map up; NeuroError names the known ones."""
    if name not in COLOUR_MAPS:
        raise NeuroError(f"There is no colour map '{name}'", fix=f"Known: {', '.join(COLOUR_MAPS)}")
    return COLOUR_MAPS[name]
