"""Run the trials: agents side by side, each over one session, several conversations at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count, groupby
from threading import Event
from time import perf_counter
from typing import TYPE_CHECKING, Final

from roaming.eap import SILENT, Outcome, Reason, Shell, converse
from roaming.errors import QuoteError, SecretError, TransportError, VerifyError
from roaming.verify.means import Means, means
from roaming.verify.refine import refine
from roaming.verify.report import Report, Verdict
from roaming.verify.trial import Options, Trial, trials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from roaming.model.borough import Agent
    from roaming.model.network import Network
    from roaming.secrets import SecretStore

    OpenSession = Callable[[Agent], AbstractContextManager[Shell]]
    Progress = Callable[[int, int], None]

_AGENTS_AT_ONCE: Final = 40
_PAUSE: Final = 0.5
"""Seconds between two attempts of `retry_for`, for a refusal comes back at once."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What every thread of a run shares."""

    began: float
    network: Network
    store: SecretStore
    open_session: OpenSession
    options: Options
    done: Callable[[], None]
    stop: Event = field(default_factory=Event)


def verify(
    network: Network,
    store: SecretStore,
    open_session: OpenSession,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Report:
    """Try every user at every borough; what fails is a verdict, and the others go on.

    `progress` is told how many of how many trials are done. Raises `VerifyError` when there is nothing to try.
    """
    chosen = options or Options()
    planned = trials(network, chosen)
    run = _Run(
        began=perf_counter(),
        network=network,
        store=store,
        open_session=open_session,
        options=chosen,
        done=_counter(len(planned), progress),
    )
    groups = [tuple(group) for _, group in groupby(planned, key=lambda trial: trial.visited.slug)]
    verdicts = [verdict for found in _all(run, groups) for verdict in found]
    return Report(chosen.run, refine(network, verdicts), perf_counter() - run.began)


def _all(run: _Run, groups: list[tuple[Trial, ...]]) -> list[list[Verdict]]:
    """Run the agents side by side; an interruption ends every thread's work after its present conversation."""
    with ThreadPoolExecutor(max_workers=min(len(groups), _AGENTS_AT_ONCE)) as agents:
        try:
            return list(agents.map(lambda group: _agent(run, group), groups))
        except BaseException:
            run.stop.set()
            raise


def _counter(total: int, progress: Progress | None) -> Callable[[], None]:
    numbers = count(1)

    def done() -> None:
        number = next(numbers)
        if progress:
            progress(number, total)

    return done


def _agent(run: _Run, group: tuple[Trial, ...]) -> list[Verdict]:
    """Run the trials of one agent."""
    agent = group[0].visited.agent
    try:
        with (
            run.open_session(agent) as shell,
            ThreadPoolExecutor(max_workers=min(len(group), run.options.parallel)) as pool,
        ):
            return list(pool.map(lambda trial: _trial(run, shell, trial), group))
    except TransportError as error:
        reason, sentence = Reason.AGENT_UNREACHABLE, f"the agent cannot be reached: {error}"
    except SecretError as error:
        reason, sentence = Reason.SECRET_MISSING, f"the agent's login is missing: {error}"
    return [_untried(run, trial, reason, sentence) for trial in group]


def _trial(run: _Run, shell: Shell, trial: Trial) -> Verdict:
    if not trial.proxies:
        return _untried(run, trial, Reason.NO_PROXY, f"{trial.visited.slug} has no RADIUS server to ask")
    try:
        verdict = _attempts(run, shell, means(run.network, run.store, trial, run.options.timeout))
    except (SecretError, QuoteError) as error:
        return _untried(run, trial, Reason.SECRET_MISSING, str(error))
    run.done()
    return verdict


def _attempts(run: _Run, shell: Shell, given: Means) -> Verdict:
    """Try once, or until the first success as long as the run may retry."""
    numbers = count(1)
    attempt = 0
    while True:
        attempt += 1
        verdict = replace(_attempt(run, shell, given, numbers), attempts=attempt)
        elapsed = perf_counter() - run.began
        if verdict.passed or elapsed >= run.options.retry_for:
            first = elapsed if verdict.passed and run.options.retry_for else None
            return replace(verdict, first_success_s=first)
        run.stop.wait(_PAUSE)


def _attempt(run: _Run, shell: Shell, given: Means, numbers: Iterator[int]) -> Verdict:
    """Ask the visited borough's proxies in turn, as its access points do: the next one when one is silent."""
    outcomes: list[Outcome] = []
    for proxy in given.trial.proxies:
        if run.stop.is_set():
            message = "interrupted"
            raise VerifyError(message)
        identity = given.trial.identity(run.options.run, next(numbers))
        outcomes.append(converse(shell, given.conversation(identity, proxy)))
        if outcomes[-1].reason not in SILENT:
            break
    return _verdict(given.trial, outcomes)


def _verdict(trial: Trial, outcomes: list[Outcome]) -> Verdict:
    *silent, last = outcomes
    unheard = [*silent, last] if last.reason in SILENT else [last]
    return Verdict(
        visited=trial.visited.slug,
        home=trial.user.home,
        method=trial.user.method,
        passed=last.reason in trial.user.right,
        reason=last.reason,
        sentence="; ".join(outcome.sentence for outcome in unheard),
        identity=last.identity,
        server=last.server,
        milliseconds=last.milliseconds,
        round_trips=max(outcome.round_trips for outcome in (*silent, last)),
        skipped=tuple(outcome.server for outcome in silent),
        vlan=last.vlan,
    )


def _untried(run: _Run, trial: Trial, reason: Reason, sentence: str) -> Verdict:
    """Return the verdict of a trial that never reached a RADIUS server."""
    run.done()
    return Verdict(
        visited=trial.visited.slug,
        home=trial.user.home,
        method=trial.user.method,
        passed=False,
        reason=reason,
        sentence=sentence,
        identity=trial.identity(run.options.run, 1),
        server="",
    )
