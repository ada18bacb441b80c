"""How the window is looked at: colours, size, scale."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Look:
    """One combination; sizes in device-independent pixels.

    Attributes
    ----------
    scale : float
        Of the screen: 2 for 200 %.
    text_scale : float
        Text size of the preferences.
    """

    theme: str
    width: int
    height: int
    scale: float = 1
    text_scale: float = 1

    @property
    def name(self) -> str:
        """Folder of its pictures."""
        parts = [self.theme, f"{self.width}x{self.height}"]
        parts += [f"scale{self.scale:g}"] if self.scale != 1 else []
        parts += [f"text{self.text_scale:g}"] if self.text_scale != 1 else []
        return "-".join(parts)

    def fits(self, theme: str | None, scale: float | None, size: str | None) -> bool:
        """Whether it is what the flags ask for."""
        return theme in (None, self.theme) and scale in (None, self.scale) and size in (None, f"{self.width}x{self.height}")

    def screen(self) -> str:
        """Size and depth of a screen that it fills."""
        return f"{round(self.width * self.scale)}x{round(self.height * self.scale)}x24"

    def as_word(self) -> str:
        """As one word of a command line."""
        return f"{self.theme},{self.width},{self.height},{self.scale:g},{self.text_scale:g}"

    @classmethod
    def from_word(cls, word: str) -> Self:
        """Read such a word."""
        theme, width, height, scale, text_scale = word.split(",")
        return cls(theme, int(width), int(height), float(scale), float(text_scale))


LOOKS = (
    Look("light", 1600, 1000),
    Look("dark", 1600, 1000),
    Look("contrast", 1600, 1000),
    Look("light", 1100, 700),
    Look("dark", 1100, 700),
    Look("light", 1100, 700, scale=2),
    Look("light", 1600, 1000, text_scale=2),
)
