"""Templates that print a view and do not decide. Everything is escaped."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from monitor.web.outlines import NOTICE
from monitor.web.words import plain

_HERE: Final = Path(__file__).parent
STATIC: Final = {"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
"""The files that pages ask for, and their types."""


def page(template: str, **values: object) -> bytes:
    """Render a page; what cannot be encoded becomes a question mark."""
    return _environment().get_template(template).render(**values).encode("utf-8", "replace")


@cache
def static(name: str) -> bytes:
    """Return a file of `STATIC`."""
    return (_HERE / "static" / name).read_bytes()


@cache
def _version() -> str:
    """Return what changes with the files, so that browsers may keep them."""
    return hashlib.sha256(b"".join(static(name) for name in STATIC)).hexdigest()[:12]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["segment"] = lambda text: quote(str(text), safe="", errors="replace")
    environment.filters["plain"] = lambda text: plain(str(text))
    environment.globals.update(version=_version(), notice=NOTICE)
    return environment
