"""Templates that print and do not decide, and that no value can break.

Every substituted text has to pass a quoting of its target (`{{ ssid | hostapd_text }}`) or be a slot
(`{{ ref | secret('fr_string') }}`, `{{ name | certificate }}`, `{{ ref | private_key }}`); numbers and addresses are
printed as they are. Anything else, an undefined name or a line break in a value stops the render.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, Undefined

from roaming.errors import QuoteError, RenderError
from roaming.model.bundle import Slot, SlotKind
from roaming.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Template

    from roaming.model.base import SecretRef

_PLAIN: Final = frozenset({int, IPv4Address, IPv4Network, IPv6Address, IPv6Network})
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK: Final = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_FIELD: Final = "\ue002"
# Interfaces, VLANs and names come again and again; no secret passes here.
_REMEMBERED: Final = 4096


class Quoted(str):
    """Text that a quoting has spelled, or the mark of a slot."""

    __slots__ = ()


def templates_directory() -> Path:
    """Return where the templates are: in the wheel, else beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "_data" / "templates"
    return packaged if packaged.is_dir() else package.parent / "templates"


def render_parts(target: str, template: str, **values: object) -> tuple[str | Slot, ...]:
    """Print a template of a target and return its text cut at the slots.

    Raises `QuoteError` when a value has no safe spelling, `RenderError` when the template and its values do not fit.
    """
    try:
        text = _print(_template(target, template), values)
    except QuoteError as error:
        message = f"{target}/{template}: {error}"
        raise QuoteError(message) from error
    except TemplateError as error:
        message = f"{target}/{template}: {error}"
        raise RenderError(message) from error
    return _split(text)


def _slot_filter(kind: SlotKind, quoting: str) -> Callable[[SecretRef | str], Quoted]:
    """Return a filter that leaves the mark of a slot of a kind."""

    def mark(name: SecretRef | str, quoting: str = quoting) -> Quoted:
        return Quoted(f"{_OPEN}{kind}{_FIELD}{name}{_FIELD}{quoting}{_CLOSE}")

    return mark


def _split(text: str) -> tuple[str | Slot, ...]:
    pieces = _MARK.split(text)
    parts = (_slot(piece) if index % 2 else piece for index, piece in enumerate(pieces))
    return tuple(part for part in parts if part)


def _slot(mark: str) -> Slot:
    kind, name, quoting = mark.split(_FIELD)
    return Slot(SlotKind(kind), name, quoting)


def _quoted(spell: Callable[[str], str]) -> Callable[[object], Quoted]:
    @lru_cache(maxsize=_REMEMBERED)
    def quoted(text: str) -> Quoted:
        return Quoted(spell(text))

    return lambda value: quoted(str(value))


def _finalize(value: object) -> object:
    """Refuse what no quoting has seen, and what could become a second line."""
    if isinstance(value, Quoted):
        if not value.isprintable() and not _MARK.fullmatch(value):
            strange = next(character for character in value if not character.isprintable())
            message = f"a value holds U+{ord(strange):04X}, which cannot be printed safely"
            raise QuoteError(message)
        return value
    if type(value) in _PLAIN or isinstance(value, Undefined):
        return value
    message = f"a {type(value).__name__} was printed without a quoting"
    raise QuoteError(message)


def _print(template: Template, values: dict[str, object]) -> str:
    """Print a template as `Template.render` does, which copies all globals for each of 50,000 files."""
    context = template.new_context({**template.environment.globals, **values}, shared=True)
    return "".join(template.root_render_func(context))


@cache
def _template(target: str, name: str) -> Template:
    return _environment(target).get_template(name)


@cache
def _environment(target: str) -> Environment:
    environment = Environment(  # noqa: S701  no HTML here: each target has quotings of its own, and finalize demands one
        loader=FileSystemLoader(templates_directory() / target),
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {name: _quoted(spell) for name, spell in TARGETS[target].quotings.items()}
    environment.filters |= {
        "secret": _slot_filter(SlotKind.SECRET, ""),
        "certificate": _slot_filter(SlotKind.CERTIFICATE, "pem"),
        "private_key": _slot_filter(SlotKind.PRIVATE_KEY, "pem"),
    }
    return environment
