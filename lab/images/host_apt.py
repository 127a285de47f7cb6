"""What this machine's apt knows of mirrors and proxies, so that roots are built from the same place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SOURCES: Final = Path("/etc/apt")
_ONE_LINE: Final = re.compile(r"^deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$")
_SUITE: Final = re.compile(r"^(?:bookworm|trixie|forky|sid|oldstable|stable|testing)(-security)?$")
_UNRELATED: Final = re.compile(r"^Acquire::(IndexTargets|Languages|Changelogs|cdrom|CompressionTypes|GzipIndexes)\b")

Entry = tuple[str, list[str], list[str]]


def sources(suite: str, folder: Path = _SOURCES) -> tuple[str, ...]:
    """Return lines of a sources.list for `suite`, from the mirrors that this machine uses for Debian.

    Nothing where it uses none: mmdebstrap knows Debian's own.
    """
    main = security = ""
    for address, suites, components in _entries(folder):
        for found in filter(None, map(_SUITE.match, suites if "main" in components else ())):
            if found[1]:
                security = security or address
            else:
                main = main or address
    if not main:
        return ()
    lines = (f"deb {main} {suite} main", f"deb {main} {suite}-updates main")
    return (*lines, f"deb {security} {suite}-security main") if security else lines


def acquire_options(dump: str) -> tuple[str, ...]:
    """Pick from `apt-config dump` how packages are fetched (proxies, certificates, clocks), not which indexes."""
    lines = (line.strip() for line in dump.splitlines())
    return tuple(line for line in lines if line.startswith("Acquire::") and not _UNRELATED.match(line))


def _entries(folder: Path) -> Iterator[Entry]:
    for path in (folder / "sources.list", *sorted(folder.glob("sources.list.d/*"))):
        if path.is_file() and path.suffix in {".list", ".sources"}:
            text = path.read_text(encoding="utf-8", errors="replace")
            yield from _stanzas(text) if path.suffix == ".sources" else _lines(text.splitlines())


def _lines(lines: Iterable[str]) -> Iterator[Entry]:
    for line in lines:
        found = _ONE_LINE.match(line.strip())
        if found:
            yield found[1], [found[2]], found[3].split()


def _stanzas(text: str) -> Iterator[Entry]:
    for stanza in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*)$", stanza, flags=re.MULTILINE))
        if "deb" in fields.get("Types", "").split() and fields.get("Enabled", "yes") != "no":
            for address in fields.get("URIs", "").split():
                yield address, fields.get("Suites", "").split(), fields.get("Components", "").split()
