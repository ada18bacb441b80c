"""Energy of Gabor filters at several scales, orientations and places: a model of what early visual cortex sees.

``energy = log(1 + sqrt(even^2 + odd^2) / contrast)``, the even and odd parts being the real and imaginary part of one complex
Gabor filter (Adelson and Bergen 1985; the pyramid of Kay et al. 2008 and Nishimoto et al. 2011 without motion). Scale s has
``2^(s+1)`` cycles a picture and is averaged over a grid of ``2^s x 2^s`` places, so each place sees about two cycles.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import RequestError

SIGMA_CYCLES = 0.5
"""Width of the Gaussian envelope in cycles of the carrier: about one octave of bandwidth."""

_CONTRAST = 0.05


@dataclass(frozen=True)
class GaborPyramid:
    """Filters for square grey pictures.

    Attributes
    ----------
    size : int
        Pixels of a side.
    scales : int
        Octaves, the coarsest of 2 cycles a picture.
    orientations : int
        Evenly over half a turn; 0 is a vertical grating.
    """

    size: int = 64
    scales: int = 4
    orientations: int = 4

    def __post_init__(self) -> None:
        finest = 2**self.scales
        if 2 * finest > self.size:
            raise RequestError(
                f"{self.scales} scales need {finest} cycles a picture, and {self.size} pixels show {self.size // 2} at most",
                fix="Lower pictures.scales, or raise pictures.size",
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each feature: cycles, orientation in degrees, row and column of its place."""
        return tuple(
            f"{self.cycles(scale)}c-{self.degrees(turn):g}d-r{row + 1}-c{column + 1}"
            for scale in range(self.scales)
            for turn in range(self.orientations)
            for row in range(2**scale)
            for column in range(2**scale)
        )

    def cycles(self, scale: int) -> int:
        """Cycles a picture of a scale."""
        return int(2 ** (scale + 1))

    def degrees(self, turn: int) -> float:
        """Orientation of a filter: of its stripes against the vertical."""
        return 180.0 * turn / self.orientations

    def energy(self, grey: NDArray[np.float32]) -> NDArray[np.float32]:
        """Energy of each filter in one picture.

        Parameters
        ----------
        grey : ndarray, shape (size, size)
            Brightness from 0 to 1.

        Returns
        -------
        ndarray, shape (n_feature,)
            In the order of `names`.
        """
        margin = self.size // 2  # mirrored, so that the left edge does not see the right one
        spectrum = np.fft.fft2(np.pad(grey - grey.mean(), margin, mode="symmetric"))
        found = []
        for scale in range(self.scales):
            for turn in range(self.orientations):
                gain = _filter(self.size + 2 * margin, self.cycles(scale) / self.size, self.degrees(turn))
                response = np.abs(np.fft.ifft2(spectrum * gain))[margin : margin + self.size, margin : margin + self.size]
                found.append(_block_means(response, 2**scale).ravel())
        return np.log1p(np.concatenate(found) / _CONTRAST).astype(np.float32)


def grey_square(picture: NDArray[np.uint8], size: int) -> NDArray[np.float32]:
    """A picture (height, width, 3) as brightness 0..1 on a square of `size` pixels; its middle where it is no square."""
    from PIL import Image

    height, width, _ = picture.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = Image.fromarray(picture[top : top + side, left : left + side]).convert("L")
    small = np.asarray(square.resize((size, size), Image.Resampling.LANCZOS), np.float32)
    return np.asarray(small / 255, np.float32)


def _block_means(values: NDArray[np.float64], n_block: int) -> NDArray[np.float64]:
    edges = np.linspace(0, len(values), n_block + 1).round().astype(int)
    sizes = np.diff(edges)
    sums = np.add.reduceat(np.add.reduceat(values, edges[:-1], axis=0), edges[:-1], axis=1)
    return np.asarray(sums / np.outer(sizes, sizes))


@cache
def _filter(size: int, frequency: float, degrees: float) -> NDArray[np.float64]:
    """A Gabor filter in the frequency domain: a Gaussian around its carrier; the mean of a picture does not pass.

    Parameters
    ----------
    frequency : float
        Cycles a pixel.
    """
    angle = math.radians(degrees)
    fy, fx = np.meshgrid(np.fft.fftfreq(size), np.fft.fftfreq(size), indexing="ij")
    width = frequency / (2 * math.pi * SIGMA_CYCLES)
    centre_x, centre_y = frequency * math.cos(angle), frequency * math.sin(angle)
    gain = np.exp(-((fx - centre_x) ** 2 + (fy - centre_y) ** 2) / (2 * width**2))
    gain[0, 0] = 0
    return np.asarray(2 * gain, np.float64)
