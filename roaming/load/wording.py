"""pydantic's findings in the words of somebody who keeps an inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_WANTED = {
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


def message(error: ErrorDetails) -> tuple[str, str]:
    """Return what is wrong and what to do about one of pydantic's findings."""
    key = str(error["loc"][-1]) if error["loc"] else ""
    kind = error["type"]
    if kind == "missing":
        return f"`{key}` is missing", f"add `{key}`"
    if kind == "extra_forbidden":
        return f"unknown key `{key}`", "remove it, or see `roam schema` for the keys that belong here"
    if kind in _WANTED:
        return f"`{key}`: {_WANTED[kind]}, not {_shown(error['input'])}", ""
    if kind == "string_pattern_mismatch":
        return f"`{key}`: {_shown(error['input'])} does not have the form {error['ctx']['pattern']}", ""
    if kind in {"enum", "literal_error"}:
        return f"`{key}`: {_shown(error['input'])} is not one of {error['ctx']['expected']}", ""
    return f"`{key}`: {error['msg'].removeprefix('Value error, ')}" if key else error["msg"], ""


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
            return f"'{value[:60]}'"
        case list() | tuple():
            return "a list"
        case _:
            return "a mapping"
