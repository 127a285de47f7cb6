"""pydantic's findings in the words of somebody who keeps an inventory."""

from __future__ import annotations

import re
from ipaddress import AddressValueError
from typing import TYPE_CHECKING, Any, Final

from roaming.load.document import visible
from roaming.model.change import LOGIN, PUBLIC_KEY, WINDOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from roaming.load.document import ModelPath

_WANTED: Final[Mapping[str, str]] = {
    "string_type": "text is wanted",
    "int_type": "a whole number is wanted",
    "int_from_float": "a whole number is wanted",
    "float_type": "a number is wanted",
    "bool_type": "true or false is wanted",
    "tuple_type": "a list is wanted",
    "list_type": "a list is wanted",
    "model_type": "a mapping is wanted",
    "model_attributes_type": "a mapping is wanted",
    "ip_v4_address": "an IPv4 address is wanted",
    "ip_v4_network": "an IPv4 subnet such as 10.7.120.0/22 is wanted",
    "ip_v6_network": "an IPv6 subnet such as 2001:db8::/64 is wanted",
    "date_type": "a date such as 2027-06-30 is wanted",
    "date_parsing": "a date such as 2027-06-30 is wanted",
    "date_from_datetime_parsing": "a date such as 2027-06-30 is wanted",
}

_LIMITS: Final[Mapping[str, str]] = {
    "greater_than_equal": "at least {ge:g} is wanted",
    "less_than_equal": "at most {le:g} is wanted",
    "string_too_short": "at least {min_length} character is wanted",
    "string_too_long": "at most {max_length} characters are wanted",
    "too_short": "a list of at least {min_length} is wanted",
    "too_long": "a list of at most {max_length} is wanted, not of {actual_length}",
}

FORMS: Final[Mapping[str, str]] = {
    r"^E09[0-9]{6}$": "an ONS code of a London borough such as E09000007",
    r"^[0-9]+(\.[0-9]+){1,3}$": 'a version such as "3.2.7"',
    r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}$": 'a MAC address in lower case such as "02:00:0a:07:00:01"',
    r"^[1-9][0-9]{0,4}(s|m|h)$": "a time such as 45s, 2m or 1h",
    r"^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$": "a postcode such as WC1H 9JE",
    r"^[A-Z]{2}$": "a country code such as GB",
    r"^[A-Za-z0-9._-]+@[a-z0-9.-]+$": "an address such as wifi@camden.example",
    r"^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*$": "an OpenSSH public key such as ssh-ed25519 AAAA…",
    r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$": "a name of lower-case letters, digits and hyphens",
    r"^[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*$": "the name of a secret such as camden/agent",
    r"^age1[ac-hj-np-z02-9]{58}$": "an age public key of `age1` and 58 characters",
    r"^[a-z][a-z0-9]{0,14}$": "a network interface such as wlan0",
    r"^[a-z][a-z0-9]{0,9}$": "a network interface such as eth0",
    LOGIN: "a login name such as j.smith",
    PUBLIC_KEY: "an SSH public key such as ssh-ed25519 AAAA…",
    WINDOW: 'a change window such as "Tu-Th 22:00-05:00"',
    r"^[A-Za-z_][A-Za-z0-9_.-]{0,31}$": "the name of a user such as roam",
    r"^[A-Z][A-Z0-9]{1,7}-$": "a prefix of capitals and digits with a hyphen at its end such as LON-",
}
"""What each pattern of the model means; a test keeps the two together."""

_SECRET_KEYS: Final = frozenset(
    {
        "auth",
        "community",
        "cui_key",
        "enable",
        "fast_transition_key",
        "key",
        "mac_key",
        "password",
        "privacy",
        "secret",
    }
)

_PRIVATE: Final = re.compile("AGE-SECRET-KEY|PRIVATE KEY-----", re.IGNORECASE)
"""What is never shown, wherever it stands by mistake."""


def message(error: ErrorDetails, known: ModelPath) -> tuple[str, str]:
    """Return what is wrong and what to do about one of pydantic's findings; `known` is its path inside the file."""
    match error["type"]:
        case "missing":
            return _missing(known, error["loc"][-1])
        case "extra_forbidden":
            return f"unknown key `{visible(str(error['loc'][-1]))}`", "remove it, or see docs/inventory.md for the keys"
    secret = _SECRET_KEYS.intersection(known)
    # Who writes one word after `snmp` may mean a community.
    shown = "" if secret or known[-1:] == ("snmp",) else f", not {_shown(error['input'])}"
    fix = "write {secret: name}: the secret itself stands in no file of the inventory" if secret else _quote(error)
    return f"{_label(known)}{_what(error, shown)}", fix


def _quote(error: ErrorDetails) -> str:
    number = isinstance(error["input"], int | float) and error["type"] == "string_type"
    return "text that looks like a number goes into quotes" if number else ""


def _what(error: ErrorDetails, shown: str) -> str:
    kind, limits = error["type"], error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        return f"{FORMS[limits['pattern']]} is wanted{shown}"
    if kind in {"enum", "literal_error"}:
        return f"{limits['expected']} is wanted{shown}"
    if isinstance(limits.get("error"), AddressValueError):
        kind = "ip_v4_address"
    if kind in _WANTED:
        return f"{_WANTED[kind]}{shown}"
    if kind in _LIMITS:
        return _LIMITS[kind].format_map(limits)
    return visible(error["msg"]).removeprefix("Value error, ")


def echoes(error: ErrorDetails) -> bool:
    """Tell whether a finding only repeats others: a list counts as empty when none of its items was good."""
    return error["type"] == "too_short" and bool(error["input"])


def _missing(known: ModelPath, part: str | int) -> tuple[str, str]:
    if isinstance(part, int):
        return f"{_label(known)}item {part + 1} of the list is missing", "add it"
    return f"`{part}` is missing", f"add `{part}`"


def _label(known: ModelPath) -> str:
    """Spell the last key of a path, with its place in a list."""
    label = ""
    for part in known:
        label = f"{label}[{part}]" if isinstance(part, int) else str(part)
    return f"`{visible(label)}`: " if label else ""


def _shown(value: Any) -> str:  # noqa: ANN401  whatever stands in the file
    """Show a value from the file, kind first, shortened."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the truth value {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case str():
            return "a private key" if _PRIVATE.search(value) else f"'{visible(value[:60])}'"
        case list() | tuple():
            return "a list"
        case _:
            return "a mapping"
