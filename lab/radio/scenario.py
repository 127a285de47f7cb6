"""A scenario: who walks where, and what each roam must be."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, StringConstraints, ValidationError

from lab.errors import ScenarioError
from roaming.load.document import read
from roaming.load.wording import echoes, message
from roaming.model.base import Record, Slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.load.document import Document

    _Where = tuple[str | int, ...]

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
    """One step: a client goes to an access point. With `forget` it leaves first, and forgets every PMK."""

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
    if problems:
        raise ScenarioError("\n".join(f"{one.file}:{one.line}: {one.message}" for one in problems))
    try:
        scenario = Scenario.model_validate_json(json.dumps(document.data))
    except ValidationError as error:
        raise ScenarioError("\n".join(dict.fromkeys(_invalid(document, error)))) from None
    contradictions = (*_doubles(scenario), *_strangers(scenario), *_beginnings(scenario))
    if contradictions:
        raise ScenarioError("\n".join(f"{path}:{document.line(where)}: {text}" for where, text in contradictions))
    return scenario


def _invalid(document: Document, error: ValidationError) -> Iterator[str]:
    for detail in error.errors(include_url=False):
        if not echoes(detail):
            known = document.known(detail["loc"])
            text, fix = message(detail, known)
            yield f"{document.file}:{document.line(detail['loc'])}: {text}{f': {fix}' if fix else ''}"


def _doubles(scenario: Scenario) -> Iterator[tuple[_Where, str]]:
    points = scenario.access_points
    names = [*points, *(client.name for client in scenario.clients)]
    for index, name in enumerate(names):
        if name in names[:index]:
            is_point = index < len(points)
            where = ("access_points", index) if is_point else ("clients", index - len(points))
            yield where, f"the name {name} stands twice"


def _strangers(scenario: Scenario) -> Iterator[tuple[_Where, str]]:
    """Yield what a scenario speaks of and does not have."""
    clients = {client.name for client in scenario.clients}
    for index, spoiled in enumerate(scenario.spoiled):
        if spoiled.access_point not in scenario.access_points:
            yield ("spoiled", index), f"{spoiled.access_point} is not among this scenario's access points"
    for index, step in enumerate(scenario.walk):
        if step.client not in clients:
            yield ("walk", index), f"there is no client {step.client} in this scenario"
        if step.to not in scenario.access_points:
            yield ("walk", index), f"{step.to} is not among this scenario's access points"


def _beginnings(scenario: Scenario) -> Iterator[tuple[_Where, str]]:
    """Yield first steps that are none, others that say they are, and steps that lead nowhere."""
    at: dict[str, str] = {}
    for index, step in enumerate(scenario.walk):
        if step.client not in at and step.expect is not Kind.INITIAL:
            yield ("walk", index), f"the first step of {step.client} is `initial`, not `{step.expect}`"
        if step.client in at and step.expect is Kind.INITIAL:
            yield ("walk", index), f"only the first step of {step.client} is `initial`"
        if at.get(step.client) == step.to:
            yield ("walk", index), f"{step.client} is at {step.to} already"
        at[step.client] = step.to
