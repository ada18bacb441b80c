"""How a run is carried out: seed, device, cores and place. A Spec, so that the same form shows it."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import field_validator

from neurostudio.app.requests import LOCAL, SEED_BITS
from neurostudio.core.spec import Spec, setting

_ADDRESS = re.compile(r"[^:/\s]+:\d+")


class Local(Spec):
    """On this computer."""

    kind: Literal["local"] = "local"


class Cluster(Spec):
    """On a dask cluster that is running already; its machines must see nothing of this one but the scheduler."""

    kind: Literal["dask"] = "dask"
    address: str = setting("localhost:8786", title="Scheduler", help="Address of the dask scheduler, HOST:PORT.")

    @field_validator("address")
    @classmethod
    def _host_and_port(cls, address: str) -> str:
        if not _ADDRESS.fullmatch(address.strip()):
            raise ValueError("Write HOST:PORT, for example node1:8786")
        return address.strip()


class RunOptions(Spec):
    """What is asked about a run besides its data and settings."""

    seed: int | None = setting(
        None,
        title="Seed",
        help="The same seed gives the same numbers. Empty: drawn and recorded.",
        ge=0,
        lt=2**SEED_BITS,
    )
    device: Literal["auto", "cpu", "cuda", "cuda:0", "cuda:1", "cuda:2", "cuda:3", "mps"] = setting(
        "auto",
        title="Device",
        help="What computes; a run says at once when the machine does not have it.",
        labels={
            "auto": "Automatic",
            "cpu": "CPU",
            "cuda": "CUDA card",
            **{f"cuda:{number}": f"CUDA card {number}" for number in range(4)},
            "mps": "Apple GPU",
        },
    )
    cores: int | None = setting(
        None,
        title="Cores",
        help="Threads that the run may use. Empty: as many as the method asks for.",
        ge=1,
        le=4096,
    )
    place: Local | Cluster = setting(
        Local(),
        title="Where",
        help="This computer, or a dask cluster.",
        tag="kind",
        labels={"local": "This computer", "dask": "Dask cluster"},
    )

    def where(self) -> str:
        """The place as a request names it."""
        return f"dask://{self.place.address}" if isinstance(self.place, Cluster) else LOCAL


@dataclass(frozen=True)
class Wanted:
    """Everything that is asked for, as plain data that may cross to another thread."""

    method: str
    settings: dict[str, Any]
    inputs: dict[str, list[str]] = field(default_factory=dict)
    name: str = ""
    seed: int | None = None
    device: str | None = None
    cores: int | None = None
    where: str = LOCAL
