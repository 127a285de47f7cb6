"""`roam-monitor capture`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.capture_output import Document, Output, Table
from monitor.passive.captures import RADIUS_PORTS, Addresses, DailyPseudonyms, Reading, Roam


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("capture")(capture_command)


def capture_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="pcap or pcapng, gzipped too.")],
    *,
    ports: Annotated[
        list[int] | None,
        typer.Option("--port", min=1, max=65535, help="A UDP port of RADIUS, as often as needed; else the usual four."),
    ] = None,
    macs: Annotated[bool, typer.Option("--macs", help="Print clients' addresses, not pseudonyms of the day.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Read captures: every roam by its kind with its times, and every RADIUS conversation by its hop.

    Files of several sensors are read as one, by the clock that they share. Of addresses nothing stays: a client has a
    pseudonym for a day and for this run. docs/captures.md says what each time means.

    Example: roam-monitor capture ap1.pcapng ap2.pcapng

    Example: roam-monitor capture --json --port 1812 --port 11812 radius.pcap.gz
    """
    reading = Reading(files, frozenset(ports) if ports else RADIUS_PORTS)
    names = Addresses() if macs else DailyPseudonyms()
    output: Output = Document(names) if as_json else Table(names)
    with output:
        for one in reading.found():
            if isinstance(one, Roam):
                output.roam(one)
            else:
                output.conversation(one)
        notes = list(reading.notes())
        output.print(reading.packets(), notes)
    for note in notes:
        typer.echo(f"note: {note}", err=True)
