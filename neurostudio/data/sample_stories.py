"""Making up short stories from a laboratory: somebody wants something, meets an obstacle, and gets help.

Names, tools and places come back within a story, so a small language model has something to learn beyond single sentences.
"""

from dataclasses import dataclass
from random import Random

# fmt: off
_PEOPLE = (("Mara", "she", "her"), ("Jonas", "he", "his"), ("Lin", "she", "her"), ("Tomas", "he", "his"), ("Aisha", "she", "her"),
           ("Pavel", "he", "his"), ("Noor", "she", "her"), ("Emil", "he", "his"), ("Grace", "she", "her"), ("Kenji", "he", "his"))
_PLACES = ("in the cold room", "by the window", "on the top shelf", "under the bench", "behind the centrifuge", "next to the sink",
           "in the old cupboard", "at the end of the corridor")
_TIMES = ("One morning", "On Monday", "Late in the evening", "Before lunch", "One rainy day", "After the meeting", "Early on Friday",
          "In the first week of spring")
_MOODS = ("happy", "proud", "calm", "grateful", "cheerful")
_HELPERS = ("a patient technician", "the oldest student", "a kind neighbour from the next lab", "the new visitor", "the quiet engineer")
# fmt: on


@dataclass(frozen=True)
class _Task:
    """What somebody wants to do, with which tool, what goes wrong and what helps."""

    goal: str
    tool: str
    troubles: tuple[str, ...]
    cures: tuple[str, ...]
    results: tuple[str, ...]


_TASKS = (
    _Task(
        "to record from a single cell",
        "a glass pipette",
        ("the tip broke on the glass", "the seal would not hold", "the signal was full of hum"),
        ("pulled a finer tip", "closed the door of the cage", "warmed the bath a little"),
        (
            "a clear row of spikes ran across the screen",
            "the cell fired for a whole hour",
            "every spike looked like the one before",
        ),
    ),
    _Task(
        "to count the stars of dye in a slice",
        "a small microscope",
        ("the lamp went out", "the slice floated away", "the picture was blurred"),
        ("changed the lamp", "held the slice with a thin net", "cleaned the lens with soft paper"),
        ("forty bright stars lay in a ring", "the stars were easy to count", "even the faintest star could be seen"),
    ),
    _Task(
        "to teach a mouse to press a lever",
        "a wooden lever",
        ("the mouse fell asleep", "the lever squeaked too loudly", "the mouse hid in its nest"),
        ("gave the mouse a sweet drop of water", "put oil on the lever", "waited until the room was quiet"),
        (
            "the mouse pressed the lever twice",
            "the mouse ran to the lever by itself",
            "the mouse pressed and looked up, as if to ask for more",
        ),
    ),
    _Task(
        "to draw a map of the old garden",
        "a long measuring tape",
        ("the wind blew the paper away", "the tape was too short", "a hedge stood in the way"),
        ("put a stone on the paper", "tied two tapes together", "walked around the hedge and counted steps"),
        ("the map showed each path and tree", "the map fitted on one page", "the map was better than the old one"),
    ),
    _Task(
        "to build a clock that runs on light",
        "a box of small lamps",
        ("two lamps flickered", "the wires were tangled", "the clock ran backwards"),
        ("turned one wire around", "took out the broken lamp", "wrote a label on each wire"),
        ("the lamps blinked once a second", "the clock was right to the minute", "the light went round and round"),
    ),
    _Task(
        "to listen to the sleep of a finch",
        "a tiny microphone",
        ("the bird sang all night", "the wire was too heavy", "a pump hummed next door"),
        ("hung a dark cloth over the cage", "found a lighter wire", "asked the neighbours to stop the pump"),
        (
            "the finch dreamed its song without a sound",
            "soft waves of sleep came and went",
            "the bird slept until the sun came up",
        ),
    ),
    _Task(
        "to make a model of a neuron from paper",
        "a pair of scissors",
        ("the paper tore", "the glue was dry", "there was no colour left but grey"),
        ("folded the paper twice", "borrowed fresh glue", "mixed a new colour from two old ones"),
        ("the model had a hundred branches", "the model stood on the table like a tree", "visitors asked who had made it"),
    ),
    _Task(
        "to find a lost notebook",
        "a strong torch",
        ("the torch was empty", "the room was full of boxes", "nobody had seen it for weeks"),
        ("put in new batteries", "moved the boxes one by one", "read the labels on each shelf"),
        ("the notebook lay open at the right page", "the notebook was dusty but complete", "all the numbers were still there"),
    ),
)
_ENDINGS = (
    "{name} was {mood}, and went home before dark.",
    "{name} thanked {helper_short} and wrote it all down.",
    "That day {name} learned to ask for help sooner.",
    "The next morning {name} showed everyone how it was done.",
    "{name} smiled, made tea for two, and began to plan the next day.",
)


def make_stories(count: int, seed: int) -> list[str]:
    """Different stories, each one paragraph of six or seven sentences.

    Raises
    ------
    ValueError
        When more are asked for than there are.
    """
    random = Random(seed)
    stories: dict[str, None] = {}
    for _ in range(20 * count):
        if len(stories) == count:
            break
        stories.setdefault(_story(random), None)
    if len(stories) < count:
        raise ValueError(f"only {len(stories)} different stories could be made, {count} were asked for")
    return list(stories)


def _story(random: Random) -> str:
    name, pronoun, own = random.choice(_PEOPLE)
    task = random.choice(_TASKS)
    helper, place = random.choice(_HELPERS), random.choice(_PLACES)
    words = {
        "name": name,
        "helper_short": "the " + helper.split(" ", 1)[1],
        "mood": random.choice(_MOODS),
    }
    trouble = random.choice(task.troubles)
    tool = task.tool.split(" ", 1)[1]
    middle = [
        f"{random.choice(_TIMES)}, {name} wanted {task.goal}.",
        f"{pronoun.capitalize()} took {task.tool} from {own} bag and sat down {place}.",
        random.choice(
            (
                f"But {trouble}.",
                f"{pronoun.capitalize()} had hardly begun when {trouble}.",
                f"It went well at first, but then {trouble}.",
            )
        ),
        random.choice(
            (
                f"{name} tried again, and it was no better.",
                f'"What shall I do now?" asked {name}.',
                f"{name} put the {tool} down and sighed.",
            )
        ),
        f"Then {helper} came by and {random.choice(task.cures)}.",
        random.choice(
            (
                f"After that, {random.choice(task.results)}.",
                f"{name} took up the {tool} once more, and {random.choice(task.results)}.",
            )
        ),
    ]
    return " ".join([*middle, random.choice(_ENDINGS).format(**words)])
