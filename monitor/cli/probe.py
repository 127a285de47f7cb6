"""`roam-monitor probe`: one probe, told in words."""

from __future__ import annotations

import json
import os
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.conversations import Conversations, kept_agents
from monitor.cli.options import (
    DEFAULT_INVENTORY,
    InventoryOption,
    JsonOption,
    KnownHostsOption,
    SecretsOption,
    VaultPasswordFileOption,
)
from monitor.discover import pairs
from monitor.errors import SettingError
from monitor.probes import Probe, attempt, conclude
from monitor.sample import SystemClock
from roaming.eap import certificates
from roaming.load import load
from roaming.model.terms import EapMethod
from roaming.push.reach import agent_sessions
from roaming.secrets import open_store

if TYPE_CHECKING:
    from monitor.probes import Agents, Pair
    from monitor.probes.attempt import Words
    from monitor.sample import Authentication
    from roaming.eap import Certificate
    from roaming.model.network import Network

VisitedArgument = Annotated[str, typer.Argument(help="Where the user is: a borough's slug.")]
HomeArgument = Annotated[str, typer.Argument(help="Whose user it is: a borough's slug, or a realm outside the region.")]
MethodOption = Annotated[EapMethod | None, typer.Option("--method", help="This EAP method, in place of the first.")]
RejectOption = Annotated[bool, typer.Option("--reject", help="Try a user who does not exist and must be rejected.")]
HereOption = Annotated[bool, typer.Option("--here", help="This machine is the agent: do not log in to it.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("probe")(probe_command)


def probe_command(
    visited: VisitedArgument,
    home: HomeArgument,
    *,
    method: MethodOption = None,
    reject: RejectOption = False,
    here: HereOption = False,
    inventory: InventoryOption = DEFAULT_INVENTORY,
    secrets: SecretsOption = None,
    vault_password_file: VaultPasswordFileOption = None,
    known_hosts: KnownHostsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try one authentication of a home's user in a visited borough, and say how it went.

    Examples: roam-monitor probe camden hackney; roam-monitor probe camden leeds.gov.uk --method tls --json
    """
    network = load(inventory).network
    chosen = choose(network, visited, home, method, reject=reject)
    store = open_store(secrets, os.environ, vault_password_file)
    local = chosen.pair.agent if here else None
    with closing(kept_agents(network, agent_sessions(store, known_hosts), local)) as agents:
        seen, chain = once(chosen, Conversations(network, store), agents)
    typer.echo(json.dumps(document(seen, chain), indent=2) if as_json else told(seen, chain))
    raise typer.Exit(0 if seen.passed else 1)


def choose(network: Network, visited: str, home: str, method: EapMethod | None, *, reject: bool) -> Probe:
    """Return the probe that is asked for; raises `SettingError` when there is none such."""
    found: dict[tuple[str, str], Pair] = {(pair.visited, pair.home): pair for pair in pairs(network)}
    pair = found.get((visited, home))
    if pair is None:
        places = ", ".join(dict.fromkeys(one for one, _ in found))
        homes = ", ".join(dict.fromkeys(one for _, one in found))
        message = f"there is no probe from {visited} to {home}: visited is one of {places}; home one of {homes}"
        raise SettingError(message)
    offered = ((pair.reject,) if pair.reject else ()) if reject else pair.methods
    wanted = method.value if method else next(iter(offered), "")
    if wanted not in offered:
        message = f"{home} has no {'intended reject' if reject else 'probe'} for {wanted or 'any method'}"
        raise SettingError(message)
    return Probe(pair, wanted, pair.proxies, reject)


def once(probe: Probe, words: Words, agents: Agents) -> tuple[Authentication, tuple[Certificate, ...]]:
    """Probe, and return what it showed and the certificates of the home."""
    outcomes = attempt(probe, words, agents)
    seen = conclude(probe, outcomes, SystemClock().wall(), frozenset())
    chains = (certificates(outcome.chain) for outcome in reversed(outcomes))
    return seen, next((chain for chain in chains if chain), ())


def document(seen: Authentication, chain: tuple[Certificate, ...]) -> dict[str, object]:
    """Return everything for `--json`; what is not known is null."""
    return {
        "visited": seen.visited,
        "home": seen.home,
        "method": seen.method,
        "passed": seen.passed,
        "result": seen.result.value,
        "reason": seen.reason,
        "sentence": seen.sentence,
        "seconds": seen.seconds,
        "phases": {phase.value: seconds for phase, seconds in seen.phases.items()},
        "path": seen.path or None,
        "silent": list(seen.silent),
        "certificates": [
            {
                "subject": one.subject,
                "issuer": one.issuer,
                "names": list(one.names),
                "not_before": one.begins.isoformat(),
                "not_after": one.ends.isoformat(),
                "sha256": one.fingerprint,
            }
            for one in chain
        ],
    }


def told(seen: Authentication, chain: tuple[Certificate, ...]) -> str:
    """Return the same for people."""
    verdict = {True: "passed", False: "failed", None: "unknown"}[seen.passed]
    lines = [f"{seen.visited} → {seen.home}, {seen.method}: {verdict} ({seen.reason})", f"  {seen.sentence}"]
    if seen.path:
        before = f", after silence from {', '.join(seen.silent)}" if seen.silent else ""
        lines.append(f"  path         {seen.path}{before}")
    if seen.seconds is not None:
        parts = ", ".join(f"{phase.value} {seconds * 1000:.0f}" for phase, seconds in seen.phases.items())
        lines.append(f"  time         {seen.seconds * 1000:.0f} ms" + (f" ({parts})" if parts else ""))
    lines += [_certificate(one) for one in chain]
    return "\n".join(lines)


def _certificate(one: Certificate) -> str:
    left = (one.ends - datetime.now(UTC)).days
    names = f", for {', '.join(one.names)}" if one.names else ""
    when = f"ends {one.ends:%Y-%m-%d} ({left} days)" if left >= 0 else f"ended {one.ends:%Y-%m-%d}"
    return f"  certificate  {one.subject}{names}, {when}, sha256 {one.fingerprint[:16]}…"
