"""``labels.json`` of a run folder: what people add to a run later. Written under the project lock, read by the ingest."""

from dataclasses import asdict, dataclass
from typing import Any

from neurostudio.core.errors import StoreError
from neurostudio.core.files import write_json
from neurostudio.core.run_folder import RunFolder, read_json


@dataclass(frozen=True)
class Labels:
    """Name (empty: the one of the request), tags, notes, and whether the run lies in the trash."""

    name: str = ""
    tags: tuple[str, ...] = ()
    notes: str = ""
    trashed: bool = False

    def columns(self, requested_name: str) -> dict[str, Any]:
        """The columns of `runs` that these labels decide."""
        return {**asdict(self), "name": self.name or requested_name, "tags": list(self.tags)}


def read_labels(folder: RunFolder) -> Labels:
    """Read the labels of a run, empty ones where it has none; StoreError where the file is damaged."""
    if not folder.labels_file.exists():
        return Labels()
    document = read_json(folder.labels_file)
    tags = document.get("tags", [])
    texts = [document.get("name", ""), document.get("notes", ""), *(tags if isinstance(tags, list) else [None])]
    if not all(isinstance(text, str) for text in texts):
        raise StoreError(f"{folder.labels_file} is damaged", "A name, note or tag is not a text", "Mend or remove the file")
    return Labels(texts[0], tuple(tags), texts[1], document.get("trashed") is True)


def write_labels(folder: RunFolder, labels: Labels) -> None:
    """Replace the labels of a run."""
    write_json(folder.labels_file, {**asdict(labels), "tags": list(labels.tags)})
