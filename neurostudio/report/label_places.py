"""Where names stand beside the ends of lines; figures and the window place them alike."""

from collections.abc import Sequence


def pushed_apart(heights: Sequence[float], gap: float) -> list[float]:
    """Move values apart to at least `gap`, keeping their order and, where there is room, staying within 0 and 1.

    >>> [round(height, 2) for height in pushed_apart([0.5, 0.5, 1.0], 0.1)]
    [0.5, 0.6, 1.0]
    """
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    placed = [heights[index] for index in order]
    for at in range(1, len(placed)):
        placed[at] = max(placed[at], placed[at - 1] + gap)
    ceiling = max(1.0, gap * (len(placed) - 1))
    for at in range(len(placed) - 1, -1, -1):
        placed[at] = min(placed[at], ceiling - gap * (len(placed) - 1 - at))
    result = [0.0] * len(placed)
    for index, height in zip(order, placed, strict=True):
        result[index] = height
    return result
