"""Answer a run from what was recorded, without pytest."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from pytest_oao.adapters.own_world import own_world
from pytest_oao.api.arguments import require_lists
from pytest_oao.api.judging import judged
from pytest_oao.api.loading import load
from pytest_oao.api.seams import seams
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import BadOption
from pytest_oao.policy.policies import Policy
from pytest_oao.providers.compared import LEVELS
from pytest_oao.runtime.chance import has_seed
from pytest_oao.runtime.credentials import dummy_credentials
from pytest_oao.runtime.guards import ReplayGuard
from pytest_oao.runtime.hosts import require_names
from pytest_oao.runtime.network_guard import guarded
from pytest_oao.runtime.orders import ORDERS
from pytest_oao.runtime.per_kind import answers_of
from pytest_oao.runtime.permits import NO_HOOKS
from pytest_oao.runtime.policing import policing_of
from pytest_oao.runtime.reach import reach_of
from pytest_oao.runtime.replaying import Comparing, ReportContext, replay_gateway
from pytest_oao.runtime.running import running, shut
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.terms import Terms
from pytest_oao.runtime.worlds import replaying_world


@contextmanager
def replay(  # noqa: PLR0913 - each is a keyword of its own
    path: str | Path,
    *,
    ignore: tuple[str, ...] = (),
    order: str = "lane",
    match: str = "request",
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

    `match` is the loosest level at which a call of an imported session may be answered.

    Raises OaoError when the file cannot be used, and Diverged (a BaseException) at the first call that differs, or at
    the end when recorded calls were never made.
    """
    require_lists(ignore=ignore, redact=redact, passthrough_hosts=passthrough_hosts)
    require_lists(allow_hosts=allow_hosts, subprocesses=subprocesses)
    _require_known("order", order, ORDERS)
    _require_known("match", match, LEVELS)
    session = load(path)
    redactor = Redactor.of(redact)
    project, passthrough = Project(Path.cwd()), require_names(passthrough_hosts, "passthrough_hosts")
    answers = answers_of(kinds or {}, "pytest_oao.replay")
    comparing = Comparing(redactor, ignore, order, match)
    context = ReportContext(str(path), project.site, allowing="pytest_oao.replay(..., {})".format)
    policing = policing_of(Path.cwd(), prices, NO_HOOKS)
    warden = policing.warden(policing.policy(policy, "pytest_oao.replay"))
    terms = Terms(passthrough, reach_of(allow_hosts, subprocesses, "allow_hosts"), warden=warden)
    gateway, _ = replay_gateway(session, answers, comparing, context, Scribe(redactor, project), terms)
    with ExitStack() as stack:
        stack.enter_context(seams())
        stack.enter_context(guarded(ReplayGuard(terms.open_hosts)))
        stack.enter_context(dummy_credentials(session.exchanges))
        stack.enter_context(running(gateway, shut))
        if has_seed(session.header):
            stack.enter_context(own_world(replaying_world(gateway, Path.cwd(), session, answers)))
        stack.enter_context(judged(gateway))
        yield RunningSession(Path(path), gateway, policing)


def _require_known(name: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        remedy = f"give one of {', '.join(known)}"
        raise BadOption(f"{name}={value!r} is not known", where="pytest_oao.replay", remedy=remedy)
