"""Profiles: which table of a platform makes which metric, as data. How to write one: docs/snmp.md."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from monitor.errors import SettingError
from monitor.sample import family

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

SHIPPED: Final = Path(__file__).parent / "profiles"


class Rows(StrEnum):
    """What a row of a table is."""

    ACCESS_POINTS = "access-points"
    RADIOS = "radios"
    SSIDS = "ssids"
    RADIUS_SERVERS = "radius-servers"
    DEVICE = "device"


# The labels of a metric decide in what rows it can stand.
_LABELS: Final = {
    Rows.ACCESS_POINTS: ("access_point", "site", "owner"),
    Rows.RADIOS: ("access_point", "site", "owner", "radio"),
    Rows.SSIDS: ("device", "owner", "ssid"),
    Rows.RADIUS_SERVERS: ("device", "owner", "server"),
    Rows.DEVICE: ("access_point", "site", "owner"),
}


def _known(name: str) -> str:
    try:
        family(name)
    except KeyError:
        message = f"there is no metric {name}"
        raise ValueError(message) from None
    return name


Oid = Annotated[str, StringConstraints(pattern=r"^[0-2](\.(0|[1-9][0-9]{0,9})){2,127}$")]
Metric = Annotated[str, AfterValidator(_known)]
Source = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 .,:/()§_-]{5,200}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Strict):
    """One column and the metric that it makes.

    The number is multiplied by `scale`; or with `one_when` the metric is 1 where the number is one of those, else 0.
    With `total` the numbers of an access point's rows are also added up into that metric. With `needs` a row has a
    number only where the number in that column is above 0: the round trip of no request is unknown.
    """

    oid: Oid
    metric: Metric
    scale: Annotated[float, Field(gt=0)] = 1
    one_when: Annotated[list[int], Field(min_length=1)] | None = None
    total: Metric | None = None
    needs: Oid | None = None


class Table(_Strict):
    """Columns with the same rows. `source` says where their meaning is documented.

    `name` is the column with the row's name (an access point, an SSID, a process); without one the index itself is a
    string. `address` is the column with a RADIUS server's address. `only` keeps the rows with that name. `subtree` is
    walked as a whole in place of each column, where that is less.
    """

    rows: Rows
    source: Source
    columns: Annotated[list[Column], Field(min_length=1)]
    name: Oid | None = None
    address: Oid | None = None
    only: str | None = None
    subtree: Oid | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for column in self.columns:
            wanted = _LABELS[self.rows]
            if family(column.metric).labels != wanted:
                message = f"{column.metric} does not have the labels of {self.rows}: {', '.join(wanted)}"
                raise ValueError(message)
        if self.rows is Rows.ACCESS_POINTS and self.name is None:
            message = "access-points need name, the column by which they are known"
            raise ValueError(message)
        if self.rows is Rows.RADIUS_SERVERS and self.address is None:
            message = "radius-servers need address, the column by which they are known"
            raise ValueError(message)
        return self

    @property
    def oids(self) -> tuple[str, ...]:
        """Every column that is read, once."""
        needed = (column.needs for column in self.columns)
        first = [oid for oid in (self.name, self.address, *needed) if oid]
        return tuple(dict.fromkeys((*first, *(column.oid for column in self.columns))))


class Profile(_Strict):
    """A platform. `sys_object_ids` are its models, or what they begin with; `met` tells what it was tried on."""

    profile: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
    title: str
    met: Source
    sys_object_ids: Annotated[list[Oid], Field(min_length=1)]
    tables: Annotated[list[Table], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_metric_once(self) -> Self:
        columns = [column for table in self.tables for column in table.columns]
        metrics = [metric for column in columns for metric in (column.metric, column.total) if metric]
        twice = sorted({metric for metric in metrics if metrics.count(metric) > 1})
        if twice:
            message = f"{twice[0]} is made by two columns"
            raise ValueError(message)
        return self


def load_profiles(directory: Path = SHIPPED) -> tuple[Profile, ...]:
    """Read every profile of a directory; raises `SettingError` with all that is wrong, by file and line."""
    files = sorted(directory.glob("*.yml"))
    if not files:
        message = f"{directory}: there is no profile (*.yml)"
        raise SettingError(message)
    return tuple(_load(path) for path in files)


def choose(profiles: Iterable[Profile], sys_object_id: str) -> Profile | None:
    """Return the profile whose sysObjectID says most of this one's; None where none does."""
    fits = [
        (len(begin), profile)
        for profile in profiles
        for begin in profile.sys_object_ids
        if f"{sys_object_id}.".startswith(f"{begin}.")
    ]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


def _load(path: Path) -> Profile:
    root = _compose(path)
    try:
        return Profile.model_validate(yaml.constructor.SafeConstructor().construct_document(root))
    except ValidationError as error:
        raise SettingError("\n".join(_said(root, path.name, one) for one in error.errors())) from None


def _compose(path: Path) -> yaml.Node:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = f"{path.name}:{mark.line + 1 if mark else 1}: {getattr(error, 'problem', None) or 'no YAML'}"
        raise SettingError(message) from None
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path.name}: it cannot be read: {type(error).__name__}"
        raise SettingError(message) from None
    if root is None:
        message = f"{path.name}:1: it is empty"
        raise SettingError(message)
    _refuse_twice(root, path.name)
    return root


def _said(root: yaml.Node, name: str, error: ErrorDetails) -> str:
    place = error["loc"]
    where = ".".join(str(part) for part in place) or "the file"
    return f"{name}:{_line(root, place)}: {where}: {error['msg']}"


def _line(node: yaml.Node, place: tuple[int | str, ...]) -> int:
    """Return the line at which a place begins, or the nearest thing above it that there is."""
    line = int(node.start_mark.line)
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next((member for member in node.value if member[0].value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            found = (node.value[part], node.value[part])
        else:
            found = None
        if found is None:
            break
        line, node = int(found[0].start_mark.line), found[1]
    return line + 1


def _refuse_twice(node: yaml.Node, name: str) -> None:
    """Refuse a key that stands twice: YAML would keep the last without a word."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                message = f"{name}:{key.start_mark.line + 1}: {key.value} stands twice"
                raise SettingError(message)
            seen.add(key.value)
            _refuse_twice(value, name)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_twice(value, name)
