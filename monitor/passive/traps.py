"""What traps are called, and whose are taken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from monitor.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.target import SnmpCommunity, SnmpUser

SHIPPED: Final = Path(__file__).parent / "traps.yml"


class Trap(StrEnum):
    """What a device tells, of a closed list; everything else is other."""

    ACCESS_POINT_UP = "access-point-up"
    ACCESS_POINT_DOWN = "access-point-down"
    DEAUTHENTICATED = "deauthenticated"
    RADIUS_SERVER_DEAD = "radius-server-dead"
    RADIUS_SERVER_ALIVE = "radius-server-alive"
    SNMP_AGENT_STARTED = "snmp-agent-started"
    SNMP_AGENT_STOPPED = "snmp-agent-stopped"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class TrapSource:
    """A device of the inventory that may send traps, from its address and as its user."""

    name: str
    owner: str
    address: str
    credentials: SnmpUser | SnmpCommunity


@dataclass(frozen=True, slots=True)
class Received:
    """A trap that came. It holds no client: what else stood in it is dropped."""

    device: str
    owner: str
    trap: Trap


class _Group(BaseModel):
    """Traps that one page documents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    traps: dict[str, Trap]


def load_traps(path: Path = SHIPPED) -> Mapping[str, Trap]:
    """Read a table of traps by numeric OID; raises `SettingError`."""
    try:
        groups = [_Group.model_validate(one) for one in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)]
    except (OSError, UnicodeDecodeError, TypeError, yaml.YAMLError) as error:
        message = f"{path.name}: it cannot be read: {type(error).__name__}"
        raise SettingError(message) from None
    except ValidationError as error:
        message = f"{path.name}: {error.errors()[0]['loc']}: {error.errors()[0]['msg']}"
        raise SettingError(message) from None
    return {oid: trap for group in groups for oid, trap in group.traps.items()}


@cache
def shipped_traps() -> Mapping[str, Trap]:
    """Return the table that comes with the package."""
    return load_traps()
