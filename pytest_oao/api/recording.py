"""`record`: what a program says of how it is recorded, checked, and made a recorder of."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pytest_oao.api.arguments import require_lists, require_text
from pytest_oao.api.plans import Plan
from pytest_oao.api.recorders import Recorder
from pytest_oao.api.run_labels import Labelling, Metadata, Tags
from pytest_oao.api.samples import Sample, require_all, require_sample
from pytest_oao.api.session_kinds import ProductionSessions, StrictSessions
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import BadOption
from pytest_oao.model.jsontypes import JSON
from pytest_oao.policy.policies import Policy
from pytest_oao.ports import JournalStore, Rule
from pytest_oao.runtime.hosts import require_names
from pytest_oao.runtime.permits import Approve, Checkpoint, Hooks
from pytest_oao.runtime.policing import Policing, policing_of
from pytest_oao.runtime.reach import reach_of
from pytest_oao.runtime.running import enclosing
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.user_rules import UserRule
from pytest_oao.stores.directories import Directory
from pytest_oao.stores.locating import store_of
from pytest_oao.stores.production import Production


def record(  # noqa: PLR0913 - each is a keyword of its own
    store: str | Path | JournalStore,
    *,
    task: JSON | Callable[..., JSON] = None,
    tags: Tags = (),
    metadata: Metadata = MappingProxyType({}),
    agent_version: str = "",
    sample: Sample = 1.0,
    redact: Sequence[str] = (),
    passthrough_hosts: Sequence[str] = (),
    subprocesses: Sequence[str] = (),
    policy: Policy | str | None = None,
    prices: str | Mapping[str, Any] = "",
    approve: Approve | None = None,
    checkpoint: Checkpoint | None = None,
    rules: Sequence[Rule] = (),
    durable: bool = False,
    deterministic: bool = False,
    strict: bool = False,
) -> Recorder:
    """Return a recorder of sessions: a context manager and a decorator.

    Each use records the host calls of the code inside, and of the tasks and threads that it starts, into a journal of
    its own in `store`: a folder, a URL, or a store's object. Raises OaoError for arguments that cannot be; from then on
    nothing that fails does: the session's record is dropped, `recorder.counts` tells, and the program goes on.

    `task` (JSON), `tags` (texts), `metadata` (JSON by names) and `agent_version` go into the header; `redact` are
    regular expressions of secrets of your own. `sample` is the fraction of the sessions that are recorded. `sample`,
    `task`, `tags` and `metadata` may be functions of what a session is of: of a decorated function's arguments, an ASGI
    scope, a WSGI environ.

    Lines are written beside the program; `durable` has each call on disk before it is made. `strict` is for recordings
    that become fixtures: durable, of the whole process, and OaoHalt is raised inside when anything would be missing.

    `policy` (a Policy, a name in pyproject.toml, a YAML file) is held to while it runs: PolicyViolation is raised
    inside, a BaseException, at the first call that breaks it. `prices` is what `oao_prices` is; `approve` decides on
    calls that need approval, `checkpoint` runs before those that it asks one for, and `rules` are your own.

    `deterministic` keeps what the agent's own code reads from clocks, and has it draw by a seed that is written down,
    so that `replay` gives it the same. Not for production: a reader of the journal knows each token that was drawn.

    Inside a managed test, inside `replay`, and inside a recording that is held to a policy, no journal is made: the
    calls belong to that session, whose they are.
    """
    require_lists(redact=redact, passthrough_hosts=passthrough_hosts, subprocesses=subprocesses)
    require_text(agent_version=agent_version)
    hooks = Hooks(approve, checkpoint, tuple(map(UserRule, rules)))
    policing = policing_of(Path.cwd(), prices, hooks)
    plan = Plan(
        root=Path.cwd(),
        redactor=Redactor.of(redact),
        project=Project(Path.cwd()),
        policing=policing,
        policy=_policy(policing, policy),
        passthrough=require_names(passthrough_hosts, "passthrough_hosts"),
        reach=reach_of((), subprocesses, "subprocesses"),
        labelling=Labelling(task, tags, metadata),
        agent_version=agent_version,
        deterministic=deterministic,
    )
    plan.labelling.require_sound()
    kept, sample = store_of(store), require_sample(sample)
    if strict:
        require_all(sample)
        return Recorder(StrictSessions(plan, _folder(kept)))
    production = Production(kept, durable=durable, clean=plan.redactor.text)
    return Recorder(ProductionSessions(plan, production, sample))


def _policy(policing: Policing, given: Policy | str | None) -> Policy | None:
    """Return the policy that sessions are held to; a session that takes them in may bring what it asks for."""
    find = policing.enforced if enclosing() is None else policing.policy
    return find(given, "pytest_oao.record")


def _folder(store: JournalStore) -> Path:
    if isinstance(store, Directory):
        return store.path
    remedy = "record into a folder, or leave strict=True out"
    raise BadOption(f"{store!r} is no folder", where="pytest_oao.record(strict=True)", remedy=remedy)
