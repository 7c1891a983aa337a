"""The verbs of the library half: load a session, record one, replay one, without pytest."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_oao.adapters.installation import Installation
from pytest_oao.adapters.own_world import own_world
from pytest_oao.adapters.table import ADAPTERS
from pytest_oao.cassette import loading
from pytest_oao.cassette.journal import Journal
from pytest_oao.cassette.journal_reading import read_journal
from pytest_oao.cassette.redacting import redacted_header
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import BadOption, BadPolicy, Diverged, OaoHalt, PolicyViolation
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.readings import without_readings
from pytest_oao.model.sessions import Ending, Execution, Header, Session
from pytest_oao.policy.policies import Policy, policy_hash
from pytest_oao.ports import Rule
from pytest_oao.providers.description import replied
from pytest_oao.providers.session_description import described_session
from pytest_oao.report.divergence_text import render
from pytest_oao.report.violation_text import render_violation
from pytest_oao.runtime.chance import drawn_seed, has_seed, seed_record
from pytest_oao.runtime.credentials import dummy_credentials
from pytest_oao.runtime.execution import execution_of
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.guards import ReplayGuard
from pytest_oao.runtime.halts import first_halt, stopped
from pytest_oao.runtime.hosts import require_names
from pytest_oao.runtime.matching import Matcher
from pytest_oao.runtime.network_guard import guarded
from pytest_oao.runtime.orders import ORDERS
from pytest_oao.runtime.per_kind import answered, answers_of
from pytest_oao.runtime.permits import NO_HOOKS, Approve, Checkpoint, Hooks
from pytest_oao.runtime.policing import Policing, policing_of
from pytest_oao.runtime.reach import reach_of
from pytest_oao.runtime.recording_header import runtime_versions, session_id
from pytest_oao.runtime.replayer import Replayer
from pytest_oao.runtime.running import enclosing, running, shut
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.sources import Recorder
from pytest_oao.runtime.terms import Terms
from pytest_oao.runtime.user_rules import UserRule
from pytest_oao.runtime.worlds import recording_world, replaying_world

__all__ = ["load", "record", "replay"]


def load(path: str | Path) -> Session:
    """Read a whole session from a cassette or a journal.

    Raises OaoError, also for a session that was cut short or is still being recorded.
    """
    return described_session(loading.load(path))


@contextmanager
def record(  # noqa: PLR0913 - each is a keyword of its own
    directory: str | Path,
    *,
    task: JSON = None,
    agent_version: str = "",
    redact: tuple[str, ...] = (),
    passthrough_hosts: tuple[str, ...] = (),
    deterministic: bool = False,
    subprocesses: tuple[str, ...] = (),
    policy: Policy | str | None = None,
    prices: str | Mapping[str, Any] = "",
    approve: Approve | None = None,
    checkpoint: Checkpoint | None = None,
    rules: Sequence[Rule] = (),
) -> Iterator[RunningSession]:
    """Record every host call made inside into a journal of its own in `directory`.

    `task` and `agent_version` go into the header; `redact` are regular expressions of secrets of your own. Raises
    OaoError when the journal cannot be begun, and OaoHalt inside when it cannot be written any more. What was recorded
    is read from the journal when it is asked for, not kept in memory: a recording may be long.

    `deterministic` keeps what the agent's own code reads from clocks, and has it draw by a seed that is written down,
    so that `replay` gives it the same. Not for production: a reader of the journal knows each token that was drawn.

    `policy` (a Policy, a name in pyproject.toml, a YAML file) is held to while it runs: PolicyViolation is raised
    inside, a BaseException, at the first call that breaks it. `prices` is what `oao_prices` is; `approve` decides on
    calls that need approval, `checkpoint` runs before those that it asks one for, and `rules` are your own.

    Inside a managed test, inside `replay`, and inside a recording that is held to a policy, no journal is made: the
    calls belong to that session, whose they are.
    """
    _require_lists(redact=redact, passthrough_hosts=passthrough_hosts, subprocesses=subprocesses)
    outer = enclosing()
    hooks = Hooks(approve, checkpoint, tuple(map(UserRule, rules)))
    hooks = hooks if outer is None else hooks.over(outer.warden.hooks)
    policing = policing_of(Path.cwd(), prices, hooks)
    held_to = policing.enforced(policy, "pytest_oao.record")
    if outer is not None:
        _hold(outer, policing, held_to)
        yield RunningSession(Path(directory) / f"{outer.header.id}.oao.jsonl", outer, policing, _reader(outer))
        return
    redactor = Redactor.of(redact)
    header = _header(task, agent_version, deterministic=deterministic, policy=held_to)
    header = redacted_header(header, redactor)
    path = Path(directory) / f"{header.id}.oao.jsonl"
    passthrough = require_names(passthrough_hosts, "passthrough_hosts")
    reach = reach_of((), subprocesses, "subprocesses")
    terms = Terms(passthrough, reach, warden=policing.warden(held_to), keep=False)
    with _seams(), _journal(path, header) as journal:
        gateway = Gateway(header, Recorder(), Scribe(redactor, Project(Path.cwd()), journal), terms)
        world = recording_world(gateway, Path.cwd())
        with running(gateway), own_world(world) if deterministic else nullcontext(), _judged(gateway):
            yield RunningSession(path, gateway, policing, _reader(gateway))


def _header(task: JSON, agent_version: str, *, deterministic: bool, policy: Policy | None) -> Header:
    told = {"task": task, "agent_version": agent_version or None}
    metadata = {name: value for name, value in told.items() if value is not None}
    execution = execution_of(task, (), Path.cwd(), (), agent_version) if metadata else Execution()
    execution = replace(execution, policy=policy_hash(policy))
    kept = {**metadata, **(seed_record(drawn_seed()) if deterministic else {})}
    return Header(session_id(), execution=execution, runtime=runtime_versions(), metadata=kept)


def _reader(outer: Gateway) -> Callable[[], Session]:
    """Return what reads a session that is running: from its journal where it keeps nothing else."""
    sink = outer.scribe.sink
    if outer.terms.keep or not isinstance(sink, Journal):
        return outer.session
    return lambda: described_session(read_journal(sink.path).session)


@contextmanager
def _journal(path: Path, header: Header) -> Iterator[Journal]:
    """Begin a journal, and seal it with how the run inside ended."""
    journal = Journal.create(path, header)
    ending = Ending("passed")
    try:
        yield journal
    except BaseException as error:
        ending = stopped(error) or Ending("failed", type(error).__name__)
        raise
    finally:
        journal.close(ending)


def _hold(outer: Gateway, policing: Policing, policy: Policy | None) -> None:
    """Hold a session that is running to the policy of what is recorded inside it, from now on.

    Raises BadPolicy where it is held to another one: calls would be counted by one of them, and the other not be kept.
    """
    with outer.lock:
        held = outer.warden.policy
        if policy is None or (held is not None and policy_hash(held) == policy_hash(policy)):
            return
        if held is not None:
            what = "the session that this would be recorded in is held to another policy"
            remedy = "give one of the two: lift that of a test with @pytest.mark.oao(policy=None)"
            raise BadPolicy(what, where="pytest_oao.record(policy=...)", remedy=remedy)
        outer.warden = policing.warden(policy)


@contextmanager
def replay(  # noqa: PLR0913 - each is a keyword of its own
    path: str | Path,
    *,
    ignore: tuple[str, ...] = (),
    order: str = "lane",
    kinds: Mapping[str, str] | None = None,
    redact: tuple[str, ...] = (),
    passthrough_hosts: tuple[str, ...] = (),
    allow_hosts: tuple[str, ...] = (),
    subprocesses: tuple[str, ...] = (),
    policy: Policy | str | None = None,
    prices: str | Mapping[str, Any] = "",
) -> Iterator[RunningSession]:
    """Answer every host call made inside from a cassette or journal; nothing goes out.

    `kinds` has calls performed all the same, by kind and name: `{"execute_tool:search": "live"}`, or `"verify"`.
    `policy` and `prices` are those of `record`: what was recorded is held to them, by the recorded tokens and times.

    Raises OaoError when the file cannot be used, and Diverged (a BaseException) at the first call that differs, or at
    the end when recorded calls were never made.
    """
    _require_lists(ignore=ignore, redact=redact, passthrough_hosts=passthrough_hosts)
    _require_lists(allow_hosts=allow_hosts, subprocesses=subprocesses)
    if order not in ORDERS:
        remedy = f"give one of {', '.join(ORDERS)}"
        raise BadOption(f"order={order!r} is not known", where="pytest_oao.replay", remedy=remedy)
    session = load(path)
    redactor = Redactor.of(redact)
    project, passthrough = Project(Path.cwd()), require_names(passthrough_hosts, "passthrough_hosts")
    matcher = Matcher(redactor, ignore)
    answers = answers_of(kinds or {}, "pytest_oao.replay")
    calls = ORDERS[order](without_readings(answers.recorded(session)))
    replayer = Replayer(session, matcher, calls, cassette=str(path), site=project.site)
    policing = policing_of(Path.cwd(), prices, NO_HOOKS)
    warden = policing.warden(policing.policy(policy, "pytest_oao.replay"))
    terms = Terms(passthrough, reach_of(allow_hosts, subprocesses, "allow_hosts"), session, warden)
    gateway = Gateway(session.header, answered(replayer, answers), Scribe(redactor, project), terms)
    with ExitStack() as stack:
        stack.enter_context(_seams())
        stack.enter_context(guarded(ReplayGuard(terms.open_hosts)))
        stack.enter_context(dummy_credentials(session.exchanges))
        stack.enter_context(running(gateway, shut))
        if has_seed(session.header):
            stack.enter_context(own_world(replaying_world(gateway, Path.cwd(), session, answers)))
        stack.enter_context(_judged(gateway))
        yield RunningSession(Path(path), gateway, policing)


def _require_lists(**options: Iterable[str]) -> None:
    """Refuse one text where a list of texts is meant: each of its characters would be taken for one."""
    for name, value in options.items():
        if isinstance(value, str):
            raise BadOption(
                f"{name}={value!r} is one text", where="pytest_oao", remedy=f"give a list: {name}=[{value!r}]"
            )


@contextmanager
def _judged(gateway: Gateway) -> Iterator[None]:
    """Judge a run at its end, and have a traceback show the whole report of what stopped it."""
    try:
        with first_halt(gateway):
            yield
        gateway.finish()
    except Diverged as diverged:
        _note(diverged, render(diverged.divergence, replies=replied))
        raise
    except PolicyViolation as broken:
        _note(broken, render_violation(broken.violation, replies=replied))
        raise


def _note(halt: OaoHalt, report: str) -> None:
    """Add a report to a halt, once: what stops an inner recording passes an outer one too."""
    if not hasattr(halt, "__notes__"):
        halt.add_note(report)


@contextmanager
def _seams() -> Iterator[None]:
    installation = Installation(ADAPTERS)
    try:
        installation.require()
        yield
        installation.require()
    finally:
        installation.uninstall()
