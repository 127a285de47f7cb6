"""A scenario: who walks where, and what each roam must be."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from lab.errors import ScenarioError
from roaming.load.document import read
from roaming.load.wording import echoes, message
from roaming.model.base import Record, Slug
from roaming.model.wlan import Bands, FastRoaming

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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


FAST: Final = frozenset({Kind.FT_AIR, Kind.FT_DS})
"""The kinds of 802.11r."""


class How(StrEnum):
    """What makes a client go: its own choice (over the air), that asked for over the DS, or its access point's wish.

    Or nothing does: `unaided` it has to find out that its access point is gone.
    """

    ROAM = "roam"
    OVER_DS = "over_ds"
    STEERED = "steered"
    UNAIDED = "unaided"


# Ways in which the access point that a client is at has a part.
_ASKED: Final = frozenset({How.OVER_DS, How.STEERED})


class Security(StrEnum):
    """The generations of WPA-Enterprise that a client knows."""

    WPA2 = "wpa2"
    WPA2_WPA3 = "wpa2-wpa3"
    WPA3 = "wpa3"


class Client(Record):
    """A client: its home borough, whose probe account it uses. Without `ft` it knows no 802.11r.

    With `wpa3` it demands protected management frames and joins nothing less, with `wpa2` it knows neither.
    With a `count` it is so many, `name-1` and on, who take each of its steps together.
    """

    name: Annotated[Slug, StringConstraints(max_length=15)]
    home: Slug
    ft: bool = True
    count: Annotated[int, Field(ge=1, le=50)] | None = None
    security: Security = Security.WPA2_WPA3


class Supposed(Record):
    """What the inventory would say of the WLAN that is walked: of `wlans.yml` what stands here, and no more."""

    bands: Bands | None = None
    fast_roaming: FastRoaming | None = None


class Link(Record):
    """What the wires of one device do to every packet it sends."""

    device: Slug
    delay_ms: Annotated[int, Field(ge=0, le=5000)] = 0
    loss_percent: Annotated[int, Field(ge=0, le=100)] = 0


def _one_line(value: str) -> str:
    if not (value.isascii() and value.isprintable()):
        message = "one line of ASCII is wanted"
        raise ValueError(message)
    return value


class Spoiled(Record):
    """A setting of one access point's hostapd.conf that is set wrong on purpose: the walk must find it."""

    access_point: Slug
    setting: Literal[
        "mobility_domain", "r0kh", "r1kh", "ft_over_ds", "wpa_key_mgmt", "nas_identifier", "bss_transition"
    ]
    value: Annotated[str, StringConstraints(min_length=1), AfterValidator(_one_line)]


class Step(Record):
    """One step: a client goes to an access point. With `forget` it leaves first, and forgets every PMK.

    Before it, devices that `kill` names die: their daemons at once, and the radios of an access point with them. Those
    that `cut` names are cut off: their daemons run on, and nothing goes out or comes in by their wires. A step that is
    `together` begins with the one before it, or `after_ms`; of many clients each begins so long after the one before.
    """

    client: str
    to: Slug
    expect: Kind
    how: How = How.ROAM
    forget: bool = False
    dwell_s: Annotated[float, Field(ge=0, le=60)] = 0.5
    kill: tuple[Slug, ...] = ()
    cut: tuple[Slug, ...] = ()
    together: bool = False
    after_ms: Annotated[int, Field(ge=0, le=10_000)] = 0
    patience_s: Annotated[int, Field(ge=1, le=120)] = 12


class Scenario(Record):
    """`lab/radio/scenarios/<scenario>.yml`."""

    scenario: Slug
    about: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    access_points: Annotated[tuple[Slug, ...], Field(min_length=1)]
    clients: Annotated[tuple[Client, ...], Field(min_length=1)]
    links: tuple[Link, ...] = ()
    spoiled: tuple[Spoiled, ...] = ()
    wlan: Supposed | None = None
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
    tests = (_doubles, _strangers, _beginnings, _ways, _unaided, _losses, _company)
    if contradictions := [one for test in tests for one in test(scenario)]:
        raise ScenarioError("\n".join(f"{path}:{document.line(where)}: {text}" for where, text in contradictions))
    return _counted(scenario)


def starts(walk: Iterable[Step]) -> Iterator[tuple[Step, str]]:
    """Yield each step with the access point that its client is at before it; empty: nowhere, as after a failure."""
    at: dict[str, str] = {}
    for step in walk:
        yield step, at.get(step.client, "")
        at[step.client] = "" if step.expect is Kind.FAILED else step.to


def _invalid(document: Document, error: ValidationError) -> Iterator[str]:
    for detail in error.errors(include_url=False):
        if not echoes(detail):
            known = document.known(detail["loc"])
            text, fix = message(detail, known)
            fix = fix.replace("docs/inventory.md", "docs/radio.md")
            yield f"{document.file}:{document.line(detail['loc'])}: {text}{f': {fix}' if fix else ''}"


def _doubles(scenario: Scenario) -> Iterator[tuple[_Where, str]]:
    known: set[str] = set()
    points = ((("access_points", index), (name,)) for index, name in enumerate(scenario.access_points))
    clients = ((("clients", index), _names(client)) for index, client in enumerate(scenario.clients))
    for where, names in (*points, *clients):
        for name in names:
            if name in known:
                yield where, f"the name {name} stands twice"
        known.update(names)


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
    came: set[str] = set()
    for index, (step, start) in enumerate(starts(scenario.walk)):
        if step.client not in came and step.expect not in {Kind.INITIAL, Kind.FAILED}:
            yield ("walk", index), f"the first step of {step.client} is `initial`, not `{step.expect}`"
        if step.client in came and step.expect is Kind.INITIAL:
            yield ("walk", index), f"only the first step of {step.client} is `initial`"
        if start == step.to:
            yield ("walk", index), f"{step.client} is at {step.to} already"
        if step.expect is not Kind.FAILED:
            came.add(step.client)


def _ways(scenario: Scenario) -> Iterator[tuple[_Where, str]]:
    """Yield steps that cannot be made so, or not be what is expected of them."""
    clients = {client.name: client for client in scenario.clients}
    for index, (step, start) in enumerate(starts(scenario.walk)):
        if (client := clients.get(step.client)) and (text := _not_so(step, client, start)):
            yield ("walk", index), text


def _not_so(step: Step, client: Client, start: str) -> str:
    """Say why a step of a client cannot be; nothing when it can. `start` is the access point that it is at."""
    if step.how in _ASKED and not start:
        return f"{client.name} is nowhere then: no access point can make it `{step.how}`"
    if step.how in _ASKED and step.forget:
        return f"`forget` does not go with `{step.how}`: who has left is asked and asks nothing"
    if not client.ft and (step.how is How.OVER_DS or step.expect in FAST):
        return f"{client.name} knows no 802.11r (`ft: false`)"
    if step.expect is Kind.FT_DS and step.how is not How.OVER_DS:
        return f"{client.name} asks over the air: `ft_ds` needs `how: over_ds`"
    if step.expect is Kind.FT_AIR and step.how is How.OVER_DS:
        return f"{client.name} asks over the DS: that is `ft_ds`, not `ft_air`"
    return ""


def _losses(scenario: Scenario) -> Iterator[tuple[_Where, str]]:
    """Yield devices that are lost twice, and steps to access points that are dead by then."""
    lost: set[str] = set()
    dead: set[str] = set()
    for index, step in enumerate(scenario.walk):
        where = ("walk", index)
        if step.together and (step.kill or step.cut):
            yield where, "`kill` and `cut` stand in the first of steps that are taken together"
        for name in (*step.kill, *step.cut):
            if name in lost:
                yield where, f"{name} is lost already"
            lost.add(name)
        dead.update(step.kill)
        if step.to in dead and step.expect is not Kind.FAILED:
            yield where, f"{step.to} is dead by then: such a step is `failed`, not `{step.expect}`"


def _company(scenario: Scenario) -> Iterator[tuple[_Where, str]]:
    """Yield steps that cannot be taken together."""
    under_way: set[str] = set()
    for index, step in enumerate(scenario.walk):
        if step.together and not index:
            yield ("walk", index), "the first step has none before it to be `together` with"
        elif step.together and step.client in under_way:
            yield ("walk", index), f"{step.client} is under way then: it takes no two steps `together`"
        under_way = {step.client} | (under_way if step.together else set())


def _unaided(scenario: Scenario) -> Iterator[tuple[_Where, str]]:
    """Yield steps that a client cannot take by itself."""
    for index, (step, start) in enumerate(starts(scenario.walk)):
        if step.how is How.UNAIDED and not start:
            yield ("walk", index), f"{step.client} is nowhere then, and joins nothing `unaided`"
        if step.how is How.UNAIDED and step.forget:
            yield ("walk", index), "`forget` does not go with `unaided`: the client is told nothing"


def _counted(scenario: Scenario) -> Scenario:
    """Return a scenario in which each of many clients has a name and steps of its own."""
    names = {client.name: _names(client) for client in scenario.clients}
    clients = (
        client.model_copy(update={"name": name, "count": None})
        for client in scenario.clients
        for name in names[client.name]
    )
    walk = (one for step in scenario.walk for one in _each(step, names[step.client]))
    return scenario.model_copy(update={"clients": tuple(clients), "walk": tuple(walk)})


def _names(client: Client) -> tuple[str, ...]:
    if client.count is None:
        return (client.name,)
    return tuple(f"{client.name}-{number}" for number in range(1, client.count + 1))


def _each(step: Step, names: tuple[str, ...]) -> Iterator[Step]:
    if len(names) == 1:
        yield step.model_copy(update={"client": names[0]})
        return
    yield step.model_copy(update={"client": names[0], "after_ms": 0})
    for number, name in enumerate(names[1:], 1):
        own = {"client": name, "after_ms": number * step.after_ms}
        yield step.model_copy(update={**own, "together": True, "kill": (), "cut": ()})
