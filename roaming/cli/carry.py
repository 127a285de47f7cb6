"""What `roam push` and `roam rollback` do with a plan: show it, ask, carry it out, give account of it."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from roaming.cli.scope import login
from roaming.cli.watch import Watch, count, line, watching
from roaming.errors import PushError
from roaming.plan import (
    ChangeRequest,
    allowed_until,
    as_text,
    digest,
    document,
    effects,
    effects_json,
    effects_text,
    objections,
    policy_of,
    rehearsals,
    waves,
)
from roaming.plan import as_json as plan_json
from roaming.push import (
    GOOD,
    Ending,
    Outcome,
    Run,
    RunRecord,
    SshKeygen,
    StopRule,
    approved_by,
    markdown,
    read_signature,
    statement,
    unread,
)
from roaming.push.rehearsal import WAY_OUT
from roaming.targets import TARGETS

if TYPE_CHECKING:
    from roaming.plan import Effect, Plan, Policy, Rehearsal, Wave
    from roaming.push import Rehearsed, Stage
    from roaming.push.campaign import Campaign
    from roaming.push.wanted import Wanted

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
AttendedOption = Annotated[
    bool, typer.Option("--attended", help="An engineer is beside the devices that have no way back of their own.")
]
TicketOption = Annotated[str | None, typer.Option("--ticket", help="Reference of the change ticket.")]
ApprovalOption = Annotated[
    list[Path] | None, typer.Option("--approval", help="What `roam approve` made of this plan; may be given again.")
]
ReportOption = Annotated[
    Path | None, typer.Option("--report", help="Write the account of the run there, in Markdown, for the ticket.")
]


@dataclass(frozen=True)
class Terms:
    """On what terms a plan is carried out: the options of the command."""

    limit: str | None = None
    ticket: str | None = None
    approvals: tuple[Path, ...] = ()
    report: Path | None = None
    attended: bool = False
    yes: bool = False
    as_json: bool = False


@dataclass(frozen=True)
class Undertaking:
    """A plan about to be carried out, with everything that belongs to it.

    Without a `stage` nothing is rehearsed: what a rollback brings back is not what the inventory says.
    """

    work: Campaign
    plan: Plan
    wanted: tuple[Wanted, ...]
    terms: Terms
    inventory: str
    stage: Stage | None = None
    back: bool = False
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def policy(self) -> Policy:
        """What the inventory asks of this change."""
        return policy_of(self.work.network, (one.device.owner for one in self.plan.pending))

    @property
    def order(self) -> tuple[Wave, ...]:
        """The waves."""
        away = {one.device.name for one in self.plan.unreachable}
        return waves(self.plan.pending, self.work.network, self.policy.batch, away)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What people notice."""
        return effects(self.plan, self.work.network, self.work.today())

    @property
    def rehearsals(self) -> tuple[Rehearsal, ...]:
        """What must pass first."""
        return () if self.stage is None else rehearsals(self.plan, self.work.network)

    @property
    def digest(self) -> str:
        """What an approver signs."""
        return digest(document(self.plan, self.work.key.of))


def carry_out(one: Undertaking) -> None:
    """Show the plan, ask, carry it out; exits 1 when a device is not as it shall be."""
    if not one.terms.as_json:
        typer.echo(announcement(one))
    if not one.plan.pending:
        _conclude(one, Run((), unread(one.plan)))
        return
    approvers = _permitted(one)
    if one.terms.report is not None:
        _write(one.terms.report, "")
    if not one.terms.yes:
        typer.confirm("Go on?", abort=True)
    rehearsed, refusal = _rehearsed(one)

    def backup(device: str) -> str | None:
        return one.work.backups.digest(one.work.run, device)

    with watching(backup, quiet=one.terms.as_json) as watch:
        about: dict[str, object] = {
            "user": login(),
            "limit": one.terms.limit,
            "ticket": one.terms.ticket,
            "digest": one.digest,
            "rehearsals": [rehearsal.document() for rehearsal in rehearsed],
        }
        rule = StopRule.of(one.policy, allowed_until(one.policy, one.began), refusal)
        run = one.work.push(one.plan, one.order, one.wanted, (rule, watch), back=one.back, **about)
    try:
        if one.terms.report is not None:
            _write(one.terms.report, markdown(_record(one, run, watch, approvers, rehearsed)))
    finally:
        _conclude(one, run, rehearsed)


def _rehearsed(one: Undertaking) -> tuple[tuple[Rehearsed, ...], str | None]:
    """Return how each rehearsal went that a site demands, and why nothing may be pushed after them, if so."""
    if one.stage is None:
        return (), None

    def say(words: str) -> None:
        if not one.terms.as_json:
            typer.echo(words)

    done = one.stage.rehearse(one.rehearsals, say)
    return done, one.stage.refusal(done)


def _permitted(one: Undertaking) -> tuple[str, ...]:
    """Return who approved; raises PushError with everything that stands in the way."""
    signatures = [read_signature(path) for path in one.terms.approvals]
    text = statement(one.digest, one.terms.ticket)
    approvers = approved_by(text, signatures, one.policy.approvers, SshKeygen())
    request = ChangeRequest(one.began, login(), one.terms.ticket, approvers)
    faults = [*objections(one.policy, request), *_unguarded(one), *_unrehearsed(one)]
    if faults:
        raise PushError("\n".join(faults))
    return tuple(sorted(person.name for person in approvers))


def _unguarded(one: Undertaking) -> list[str]:
    """Name the devices that nothing brings back, unless an engineer is beside them."""
    names = [plan.device.name for plan in one.plan.pending if not TARGETS[plan.device.target].revert.alone]
    if not names or one.terms.attended:
        return []
    return [f"{', '.join(names)}: nothing on them takes a change back: be beside them, and give --attended"]


def _unrehearsed(one: Undertaking) -> tuple[str, ...]:
    """Name what must pass first and cannot be rehearsed."""
    return () if one.stage is None else one.stage.objections(one.rehearsals)


def announcement(one: Undertaking) -> str:
    """Return the plan for eyes: every change, what people notice, who goes when, what must pass before."""
    plan = one.plan
    lines = [as_text(plan, created=False)] if plan.pending else []
    lines += [f"{bad.device.path}: could not be read: {bad.reason}" for bad in plan.unreachable]
    lines += [f"wave {wave.name}: {', '.join(device.device.name for device in wave.devices)}" for wave in one.order]
    if plan.pending:
        lines += ["", "what people notice:", effects_text(one.effects), ""]
        lines += [f"{_first(one)}: {rehearsal}" for rehearsal in one.rehearsals]
        lines.append(f"{count(plan.file_count, 'file')} on {count(len(plan.pending), 'device')} to change")
        lines.append(f"plan {one.digest}")
    return "\n".join(lines)


def _first(one: Undertaking) -> str:
    waived = one.stage is not None and one.stage.waiver is not None
    return "not rehearsed although demanded" if waived else "rehearsed first"


def _record(
    one: Undertaking, run: Run, watch: Watch, approvers: tuple[str, ...], rehearsed: tuple[Rehearsed, ...]
) -> RunRecord:
    return RunRecord(
        run=one.work.run,
        began=one.began,
        ended=datetime.now(UTC),
        user=login(),
        inventory=one.inventory,
        plan=one.digest,
        waves=tuple(map(watch.record, run.courses)),
        apart=tuple(watch.device(result, {}) for result in run.apart),
        ticket=one.terms.ticket,
        approvers=approvers,
        limit=one.terms.limit,
        stopped=run.stopped,
        rehearsals=tuple(map(str, rehearsed)),
        effects=tuple(effects_text(one.effects).splitlines()),
    )


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"the report cannot be written to {path}: {error.strerror}"
        raise PushError(message) from None


def _conclude(one: Undertaking, run: Run, rehearsed: tuple[Rehearsed, ...] = ()) -> None:
    if one.terms.as_json:
        typer.echo(json.dumps(_json(one, run, rehearsed), indent=2))
    else:
        typer.echo(_summary(one, run, rehearsed))
    if any(result.outcome not in GOOD for result in run.results):
        raise typer.Exit(1)


def _summary(one: Undertaking, run: Run, rehearsed: tuple[Rehearsed, ...]) -> str:
    bad = [result for result in run.results if result.outcome not in GOOD]
    if not one.plan.pending and not bad:
        return f"nothing to do: {count(len(one.plan.devices), 'device')} read, 0 files differ"
    lines = [] if one.plan.pending else [line(result) for result in bad]
    changed = [result for result in run.results if result.outcome is Outcome.CHANGED]
    files = sum(result.files for result in changed)
    lines += [f"{count(files, 'file')} on {count(len(changed), 'device')} changed: run {one.work.run}"]
    if run.stopped is not None:
        lines.append(f"the run stopped: {run.stopped}")
    if bad:
        lines.append(f"{count(len(bad), 'device')} not: {', '.join(result.device for result in bad)}")
    lines += [
        f"mend what `{shlex.join(rehearsal.command)}` found, and push again; {WAY_OUT}"
        for rehearsal in rehearsed
        if rehearsal.ending is Ending.FAILED
    ]
    return "\n".join(lines)


def _json(one: Undertaking, run: Run, rehearsed: tuple[Rehearsed, ...]) -> dict[str, object]:
    changed = [result for result in run.results if result.outcome is Outcome.CHANGED]
    return {
        "run": one.work.run,
        "plan": plan_json(one.plan),
        "digest": one.digest,
        "effects": effects_json(one.effects),
        "rehearsals": [rehearsal.document() for rehearsal in rehearsed],
        "waves": [[device.device.name for device in wave.devices] for wave in one.order],
        "results": [
            {"device": result.device, "outcome": result.outcome.value, "files": result.files, "words": result.words}
            for result in run.results
        ],
        "stopped": run.stopped,
        "files": sum(result.files for result in changed),
        "devices": len(changed),
    }


__all__ = ["Terms", "Undertaking", "announcement", "carry_out"]
