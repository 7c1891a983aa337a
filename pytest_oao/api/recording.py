"""Record a run into a journal, without pytest."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_oao.adapters.own_world import own_world
from pytest_oao.api.arguments import require_lists
from pytest_oao.api.judging import judged
from pytest_oao.api.seams import seams
from pytest_oao.cassette.journal import Journal
from pytest_oao.cassette.journal_reading import read_journal
from pytest_oao.cassette.redacting import redacted_header
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import BadPolicy
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.sessions import Ending, Execution, Header, Session
from pytest_oao.policy.policies import Policy, policy_hash
from pytest_oao.ports import Rule
from pytest_oao.providers.session_description import described_session
from pytest_oao.runtime.chance import drawn_seed, seed_record
from pytest_oao.runtime.execution import execution_of
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.halts import stopped
from pytest_oao.runtime.hosts import require_names
from pytest_oao.runtime.permits import Approve, Checkpoint, Hooks
from pytest_oao.runtime.policing import Policing, policing_of
from pytest_oao.runtime.reach import reach_of
from pytest_oao.runtime.recording_header import runtime_versions, session_id
from pytest_oao.runtime.running import enclosing, running
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.sources import Recorder
from pytest_oao.runtime.terms import Terms
from pytest_oao.runtime.user_rules import UserRule
from pytest_oao.runtime.worlds import recording_world


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
    require_lists(redact=redact, passthrough_hosts=passthrough_hosts, subprocesses=subprocesses)
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
    with seams(), _journal(path, header) as journal:
        gateway = Gateway(header, Recorder(), Scribe(redactor, Project(Path.cwd()), journal), terms)
        world = recording_world(gateway, Path.cwd())
        with running(gateway), own_world(world) if deterministic else nullcontext(), judged(gateway):
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
