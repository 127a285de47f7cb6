"""`roam-monitor capture`."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli.capture_output import Document, Output, Table
from monitor.cli.options import DEFAULT_INVENTORY, InventoryOption, WebConfigOption
from monitor.cli.sensor import serve_roams
from monitor.passive.captures import RADIUS_PORTS, Addresses, DailyPseudonyms, Input, Live, Reading, Roam, Tap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_STANDARD_INPUT: Final = Path("-")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("capture")(capture_command)


def capture_command(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="pcap or pcapng, gzipped too; - is standard input.")
    ] = None,
    *,
    interfaces: Annotated[
        list[str] | None,
        typer.Option("--interface", help="Listen there by dumpcap or tcpdump until Ctrl-C, as often as needed."),
    ] = None,
    ports: Annotated[
        list[int] | None,
        typer.Option("--port", min=1, max=65535, help="A UDP port of RADIUS, as often as needed; else the usual four."),
    ] = None,
    macs: Annotated[bool, typer.Option("--macs", help="Print clients' addresses, not pseudonyms of the day.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    listen_on: Annotated[
        str | None,
        typer.Option("--listen", help="Tell Prometheus of roams at this address and port, and print nothing."),
    ] = None,
    inventory: InventoryOption = DEFAULT_INVENTORY,
    web_config: WebConfigOption = None,
) -> None:
    """Read captures: every roam by its kind with its times, and every RADIUS conversation by its hop.

    Files of several sensors are read as one, by the clock that they share. Of addresses nothing stays: a client has a
    pseudonym for a day and for this run. docs/captures.md says what each time means. With --listen it is a sensor: it
    hears until SIGTERM, and Prometheus gets the roams to the inventory's access points.

    Example: roam-monitor capture ap1.pcapng ap2.pcapng

    Example: roam-monitor capture --json --port 1812 --port 11812 radius.pcap.gz

    Example: roam-monitor capture --interface wlan0mon --interface wlan1mon

    Example: roam-monitor capture --interface wlan0mon -i inventory --listen 127.0.0.1:9470
    """
    if listen_on is not None:
        if files or not interfaces:
            message = "--listen needs an --interface, and reads no files"
            raise typer.BadParameter(message)
        serve_roams(interfaces, inventory, listen_on, web_config)
        return
    wanted = frozenset(ports) if ports else RADIUS_PORTS
    heard, live = _heard(files or [], interfaces or [], wanted), Live()
    reading = Reading([one.capture() for one in heard], wanted, merge=live) if heard else Reading(files or [], wanted)
    names = Addresses() if macs else DailyPseudonyms()
    _print(reading, heard, Document(names) if as_json else Table(names))
    if live.error is not None:
        raise live.error


def _print(reading: Reading, heard: Sequence[Tap | Input], output: Output) -> None:
    with output, _ended_by_signals(heard):
        for one in reading.found():
            if isinstance(one, Roam):
                output.roam(one)
            else:
                output.conversation(one)
        notes = [*reading.notes(), *_dropped(heard)]
        output.print(reading.packets(), notes)
    for note in notes:
        typer.echo(f"note: {note}", err=True)


def _heard(files: Sequence[Path], interfaces: Sequence[str], ports: frozenset[int]) -> tuple[Tap | Input, ...]:
    """Return what is heard as it comes, nothing where files are read; raises `CaptureError`."""
    if bool(files) == bool(interfaces):
        message = "either files are read, or interfaces are listened on (--interface)"
        raise typer.BadParameter(message)
    if _STANDARD_INPUT in files and len(files) > 1:
        message = "standard input (-) is read alone"
        raise typer.BadParameter(message)
    if _STANDARD_INPUT in files:
        return (Input(),)
    taps = tuple(Tap(interface, ports) for interface in dict.fromkeys(interfaces))
    for tap in taps:
        typer.echo(f"listening on {tap.interface} by {tap.engine}; Ctrl-C ends it", err=True)
    return taps


def _dropped(heard: Sequence[Tap | Input]) -> Iterator[str]:
    for one in heard:
        if isinstance(one, Tap) and one.dropped:
            yield f"{one.interface}: {one.dropped} packets were lost, as the machine was too slow for them"


@contextmanager
def _ended_by_signals(heard: Sequence[Tap | Input]) -> Iterator[None]:
    """Let SIGINT and SIGTERM end what is heard as it comes: what was found by then is printed."""
    if not heard:
        yield
        return

    def stop(*_: object) -> None:
        for one in heard:
            one.stop()

    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
