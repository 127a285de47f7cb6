"""A scenario: who walks where, and what each roam must be."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, ValidationError

from lab.errors import ScenarioError
from roaming.load.document import read
from roaming.load.wording import echoes, message
from roaming.model.base import Record, Slug

SCENARIOS: Final = Path(__file__).parent / "scenarios"


class Kind(StrEnum):
    """How a client came to an access point. `FAILED` is none of them: it did not come."""

    INITIAL = "initial"
    FT_AIR = "ft_air"
    FT_DS = "ft_ds"
    PMK_CACHED = "pmk_cached"
    FULL_EAP = "full_eap"
    FAILED = "failed"


class Client(Record):
    """A client: its home borough, whose probe account it uses. Without `ft` it knows no 802.11r."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,14}$")]
    home: Slug
    ft: bool = True


class Link(Record):
    """What the wires of one device do to every packet it sends."""

    device: Slug
    delay_ms: Annotated[int, Field(ge=0, le=5000)] = 0
    loss_percent: Annotated[int, Field(ge=0, le=100)] = 0


class Spoiled(Record):
    """A setting of one access point's hostapd.conf that is set wrong on purpose: the walk must find it."""

    access_point: Slug
    setting: Literal["mobility_domain", "r0kh", "r1kh", "ft_over_ds", "wpa_key_mgmt", "nas_identifier"]
    value: Annotated[str, StringConstraints(pattern=r"^[ -~]+$")]


class Step(Record):
    """One step: a client goes to an access point. With `forget` it has no PMK of an earlier visit."""

    client: str
    to: Slug
    expect: Kind
    forget: bool = False
    dwell_s: Annotated[float, Field(ge=0, le=60)] = 0.5


class Scenario(Record):
    """`lab/radio/scenarios/<scenario>.yml`."""

    scenario: Slug
    about: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    access_points: Annotated[tuple[Slug, ...], Field(min_length=1)]
    clients: Annotated[tuple[Client, ...], Field(min_length=1)]
    links: tuple[Link, ...] = ()
    spoiled: tuple[Spoiled, ...] = ()
    walk: Annotated[tuple[Step, ...], Field(min_length=1)]


def find_scenario(name: str, folder: Path = SCENARIOS) -> Path:
    """Return the file of a scenario: a path that ends in .yml, or the name of one of ours.

    Raises ScenarioError with those there are.
    """
    path = Path(name) if name.endswith(".yml") else folder / f"{name}.yml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in folder.glob("*.yml")))
        text = f"there is no scenario {name}: there are {known}; or give a file that ends in .yml"
        raise ScenarioError(text)
    return path


def read_scenario(path: Path) -> Scenario:
    """Read a scenario; ScenarioError with every problem of the file, each with its line."""
    document, problems = read(path, str(path))
    lines = [f"{problem.file}:{problem.line}: {problem.message}" for problem in problems]
    if not lines:
        try:
            scenario = Scenario.model_validate_json(json.dumps(document.data))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                if not echoes(detail):
                    known = document.known(detail["loc"])
                    text, fix = message(detail, known)
                    lines.append(f"{path}:{document.line(detail['loc'])}: {text}: {fix}" if fix else f"{path}:{document.line(detail['loc'])}: {text}")
        else:
            lines = [f"{path}:{document.line(where)}: {text}" for where, text in _contradictions(scenario)]
            if not lines:
                return scenario
    raise ScenarioError("\n".join(dict.fromkeys(lines)))


def _contradictions(scenario: Scenario) -> list[tuple[tuple[str | int, ...], str]]:
    """Return what a scenario says against itself, with where it stands."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    clients, points = [client.name for client in scenario.clients], scenario.access_points
    for index, client in enumerate(clients):
        if client in clients[:index] or client in points:
            found.append((("clients", index), f"the name {client} stands twice"))
    for index, point in enumerate(points):
        if point in points[:index]:
            found.append((("access_points", index), f"the access point {point} stands twice"))
    for index, spoiled in enumerate(scenario.spoiled):
        if spoiled.access_point not in points:
            found.append((("spoiled", index), f"{spoiled.access_point} is not among this scenario's access points"))
    joined: set[str] = set()
    for index, step in enumerate(scenario.walk):
        where = ("walk", index)
        if step.client not in clients:
            found.append((where, f"there is no client {step.client} in this scenario"))
        if step.to not in points:
            found.append((where, f"{step.to} is not among this scenario's access points"))
        if (step.expect is Kind.INITIAL) != (step.client not in joined):
            text = "a client's first step is `initial`" if step.client not in joined else "only a client's first step is `initial`"
            found.append((where, text))
        joined.add(step.client)
    return found
