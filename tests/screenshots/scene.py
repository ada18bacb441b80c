"""The table of scenes: modules named ``*scenes`` enter theirs when they are imported."""

from collections.abc import Awaitable, Callable

from tests.screenshots.stage import Stage

Scene = Callable[[Stage], Awaitable[None]]

SCENES: dict[str, Scene] = {}


def scene(function: Scene) -> Scene:
    """Enter a scene under the name of its function."""
    SCENES[function.__name__.replace("_", "-")] = function
    return function


def all_scenes() -> dict[str, Scene]:
    """Every scene by its name."""
    from tests.screenshots import brain_scenes, scenes  # noqa: F401 - they enter themselves

    return SCENES
