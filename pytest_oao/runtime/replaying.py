"""What a session is replayed with: how its calls are compared, in which order they may come, and who answers them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.calls import Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.readings import without_readings
from pytest_oao.model.sessions import Session
from pytest_oao.providers.compared import LEVELS
from pytest_oao.runtime.any_lane_order import SOFT, AnyLaneOrder
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.import_matching import ImportMatcher
from pytest_oao.runtime.import_replayer import ImportReplayer
from pytest_oao.runtime.matching import Matcher
from pytest_oao.runtime.orders import ORDERS, FreeOrder, Order
from pytest_oao.runtime.per_kind import Answers, answered
from pytest_oao.runtime.replayer import Replayer
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.terms import Terms


@dataclass(frozen=True, slots=True)
class ReportContext:
    """What a report says besides, and where the run is."""

    cassette: str = ""
    site: Callable[[], Site] = Site
    notes: Callable[[], Sequence[str]] = tuple
    remedies: Sequence[str] = ()
    allowing: Callable[[str], str] | None = None
    """Returns how a test is given a keyword argument that allows a difference; None where none is told."""
    recordable: bool = False
    """Whether the test can be recorded anew: nothing that changed is let through then, but the order of the calls."""
    leaving_out: Sequence[str] = ()
    """How to do without a session whose answers the agent did not hear out; none where a run has this session alone."""


@dataclass(frozen=True, slots=True)
class Comparing:
    """How calls are compared."""

    redactor: Redactor
    ignore: Sequence[str] = ()
    order: str = "lane"
    """A key of ORDERS."""
    match: str = LEVELS[0]
    """Of imports: the loosest of LEVELS at which a call may be answered."""


def replay_gateway(
    session: Session, answers: Answers, comparing: Comparing, context: ReportContext, scribe: Scribe, terms: Terms
) -> tuple[Gateway, Matcher]:
    """Return what the calls of a replay pass, and what compares them; to the `terms` is added what a replay has."""
    replayer = replayer_of(session, without_readings(answers.recorded(session)), comparing, context)
    terms = replace(terms, replays=session, headers=session.is_rebuilt)
    return Gateway(session.header, answered(replayer, answers), scribe, terms), replayer.matcher


def replayer_of(session: Session, calls: Sequence[Exchange], comparing: Comparing, context: ReportContext) -> Replayer:
    """Return who answers from a session's `calls`: of an import, by what its source could tell."""
    imported = session.is_rebuilt
    matcher = (
        ImportMatcher(comparing.redactor, comparing.ignore, comparing.match)
        if imported
        else Matcher(comparing.redactor, comparing.ignore)
    )
    make = ImportReplayer if imported else Replayer
    return make(
        session,
        matcher,
        _order_of(session, calls, comparing.order),
        cassette=context.cassette,
        site=context.site,
        notes=context.notes,
        remedies=context.remedies,
        allowing=context.allowing,
        recordable=context.recordable,
        leaving_out=context.leaving_out,
    )


def _order_of(session: Session, calls: Sequence[Exchange], order: str) -> Order:
    """Return the order in which calls may come: lanes are those of the run again where a test recorded them."""
    if session.header.test and not session.is_rebuilt:
        return ORDERS[order](calls)
    make = AnyLaneOrder if order == "lane" else FreeOrder
    return make(calls, SOFT if session.is_rebuilt else ())
