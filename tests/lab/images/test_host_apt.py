"""Roots come from where this machine's packages come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.images.host_apt import acquire_options, sources

if TYPE_CHECKING:
    from pathlib import Path

STANZAS = """# what the machine was made from
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
"""
LINES = """# deb http://old.example/debian bookworm main
deb [arch=amd64 signed-by=/x.gpg] http://mirror.example/debian bookworm main contrib
deb-src http://source.example/debian bookworm main
deb http://mirror.example/debian-security bookworm-security main
"""
FOREIGN = "deb http://packages.example/apt nodistro main\ndeb http://other.example/debian bookworm contrib\n"
DISABLED = "Enabled: no\nTypes: deb\nURIs: http://off.example/debian\nSuites: bookworm\nComponents: main\n"
TRIXIE = (
    "deb http://mirror.example/debian trixie main",
    "deb http://mirror.example/debian trixie-updates main",
    "deb http://mirror.example/debian-security trixie-security main",
)


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("sources.list.d/debian.sources", STANZAS, TRIXIE),
        ("sources.list", LINES, TRIXIE),
        ("sources.list", LINES.replace("deb http://mirror.example/debian-security", "#"), TRIXIE[:2]),
        ("sources.list", FOREIGN, ()),
        ("sources.list.d/off.sources", DISABLED, ()),
        ("sources.list.d/debian.sources.bak", STANZAS, ()),
    ],
)
def test_the_mirror_of_this_machine(tmp_path: Path, name: str, text: str, lines: tuple[str, ...]) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="ascii")
    assert sources("trixie", tmp_path) == lines


def test_a_machine_without_apt(tmp_path: Path) -> None:
    assert sources("trixie", tmp_path / "etc" / "apt") == ()


def test_proxies_are_taken_over_and_indexes_are_not() -> None:
    dump = (
        'APT::Architecture "amd64";\n'
        'Acquire::http::Proxy "http://proxy.example:3128";\n'
        'Acquire::Check-Valid-Until "false";\n'
        'Acquire::IndexTargets::deb::DEP-11 "";\n'
        'Acquire::Languages "none";\n'
    )
    kept = ('Acquire::http::Proxy "http://proxy.example:3128";', 'Acquire::Check-Valid-Until "false";')
    assert acquire_options(dump) == kept
