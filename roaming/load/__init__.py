"""YAML files into one frozen `Network`, with the place of everything and all problems in one report."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pydantic import ValidationError

from roaming.errors import InventoryError
from roaming.load.document import Document, ModelPath, read, visible
from roaming.load.references import dangling
from roaming.load.wording import echoes, message
from roaming.model.base import Record
from roaming.model.borough import Borough
from roaming.model.collector import building
from roaming.model.federation import FederationFile
from roaming.model.network import Network
from roaming.model.problem import Problem, Severity
from roaming.model.wlan import WlansFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


__all__ = ["FILES", "Inventory", "Marks", "ModelPath", "Place", "load", "schema"]

R = TypeVar("R", bound=Record)

FILES: dict[str, type[Record]] = {
    "federation.yml": FederationFile,
    "wlans.yml": WlansFile,
    "boroughs/*.yml": Borough,
}


class Place(NamedTuple):
    """A file and a line in it, counted from 1."""

    file: str
    line: int


@dataclass(frozen=True)
class Marks:
    """Where every part of the model stands in the files."""

    federation: Document
    wlans: Document
    boroughs: tuple[Document, ...]

    def place(self, path: ModelPath) -> Place:
        """Return the place of a model path such as ("boroughs", 3, "radius", 0, "address")."""
        document, inner = self._inside(path)
        return Place(document.file, document.line(inner))

    def where(self, path: ModelPath) -> str:
        """Spell a model path as it is inside its file: radius[0].address."""
        return _dotted(self._inside(path)[1])

    def _inside(self, path: ModelPath) -> tuple[Document, ModelPath]:
        match path:
            case ("boroughs", int(index), *rest):
                return self.boroughs[index], tuple(rest)
            case ("wlans", *_):
                return self.wlans, path
            case _:
                return self.federation, path


@dataclass(frozen=True)
class Inventory:
    """An inventory that could be read: the network, and where everything stands."""

    network: Network
    marks: Marks


@building()
def load(directory: Path) -> Inventory:
    """Read an inventory directory.

    Raises InventoryError with every problem of every file at once.
    """
    problems = list(_misplaced(directory))
    if not directory.is_dir():
        raise InventoryError(tuple(problems))
    federation, federation_file = _read(directory, "federation.yml", FederationFile, problems)
    wlans, wlans_file = _read(directory, "wlans.yml", WlansFile, problems)
    names = sorted(f"boroughs/{path.name}" for path in (directory / "boroughs").glob("*.yml"))
    read_boroughs = [_read(directory, name, Borough, problems) for name in names]
    boroughs = tuple(borough for _, borough in read_boroughs if borough)
    problems.extend(_misnamed(read_boroughs))
    if problems or federation_file is None or wlans_file is None:
        raise InventoryError(tuple(problems))
    network = Network(
        federation=federation_file.federation,
        hubs=federation_file.hubs,
        upstreams=federation_file.upstreams,
        certificates=federation_file.certificates,
        wlans=wlans_file.wlans,
        boroughs=boroughs,
    )
    inventory = Inventory(network, Marks(federation, wlans, tuple(document for document, _ in read_boroughs)))
    _refuse_dangling(inventory)
    return inventory


def _misplaced(directory: Path) -> Iterator[Problem]:
    """Yield what is wrong with the directory itself, and files that would not be read."""
    if not directory.is_dir():
        text = "this is not a directory" if directory.exists() else "there is no such directory"
        yield _problem(str(directory), 1, "", text, "name the inventory with -i")
        return
    for path in sorted((*directory.glob("*.yaml"), *directory.glob("boroughs/*.yaml"))):
        yield _problem(str(path), 1, "", "a file ending in .yaml is not read", f"rename it to {path.stem}.yml")
    if not any(directory.glob("boroughs/*.yml")):
        yield _problem(f"{directory}/boroughs", 1, "", "there is no borough", "add boroughs/<slug>.yml")


def _read(directory: Path, name: str, record: type[R], problems: list[Problem]) -> tuple[Document, R | None]:
    """Read and validate one file; what is wrong with it is added to `problems`."""
    document, found = read(directory / name, f"{directory}/{name}")
    problems.extend(found)
    if found:
        return document, None
    try:
        # JSON is pydantic's strict mode with text for addresses, dates and enums: what YAML 1.2 can say, and no more.
        return document, record.model_validate_json(json.dumps(document.data), by_alias=True, by_name=False)
    except ValidationError as error:
        problems.extend(_invalid(document, error))
        return document, None


def _misnamed(read_boroughs: Iterable[tuple[Document, Borough | None]]) -> Iterator[Problem]:
    """Yield boroughs whose file has another's name."""
    for document, borough in read_boroughs:
        if borough and not document.file.endswith(f"/{borough.slug}.yml"):
            line = document.line(("borough", "slug"))
            text = f"the borough {borough.slug} does not stand in {borough.slug}.yml"
            yield _problem(document.file, line, "borough.slug", text, "rename the file, or correct the slug")


def _invalid(document: Document, error: ValidationError) -> list[Problem]:
    """Return pydantic's findings as problems, each once."""
    problems = []
    for detail in error.errors(include_url=False):
        if echoes(detail):
            continue
        loc = detail["loc"]
        known = document.known(loc)
        text, fix = message(detail, known)
        where = (*known, loc[-1]) if detail["type"] == "missing" else known
        problems.append(_problem(document.file, document.line(loc), visible(_dotted(where)), text, fix))
    return list(dict.fromkeys(problems))


def _problem(file: str, line: int, where: str, text: str, fix: str) -> Problem:
    return Problem("inventory", Severity.ERROR, file, line, where, text, fix)


def _dotted(path: ModelPath) -> str:
    """Spell a path as people do: radius[0].address."""
    spelled = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return spelled.removeprefix(".")


def _refuse_dangling(inventory: Inventory) -> None:
    problems = []
    network = inventory.network
    names = {
        "borough": network.boroughs_by_slug.keys(),
        "certificate": network.certificates_by_name.keys(),
        "WLAN": network.wlans_by_name.keys(),
    }
    for path, kind, name in dangling(network):
        place = inventory.marks.place(path)
        close = difflib.get_close_matches(name, names.get(kind, ()), 1)
        fix = f"did you mean `{close[0]}`?" if close else f"define it, or name a {kind} that exists"
        inside = " in this borough" if kind in {"site", "RADIUS server", "controller"} else ""
        text = f"there is no {kind} `{name}`{inside}"
        problems.append(_problem(place.file, place.line, inventory.marks.where(path), text, fix))
    if problems:
        raise InventoryError(tuple(problems))


def schema() -> dict[str, object]:
    """Return the JSON Schema of each kind of inventory file."""
    return {name: record.model_json_schema(by_alias=True) for name, record in FILES.items()}
