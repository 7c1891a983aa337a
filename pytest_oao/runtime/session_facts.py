"""What sessions are chosen by: tags, models and tools, how they ended, what they cost, when they ran, what they did."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain
from typing import Any

from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON, leaves
from pytest_oao.model.kinds import MODEL, TOOL
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.readings import without_readings
from pytest_oao.model.run_metadata import tags_of
from pytest_oao.model.sessions import Session
from pytest_oao.policy.prices import Prices
from pytest_oao.providers.compared import family
from pytest_oao.providers.description import replied
from pytest_oao.runtime.overruns import was_left
from pytest_oao.runtime.spending import ledger_of


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """The facts of one session, as plain data."""

    id: str
    tags: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    status: str = "unknown"
    cost: float | None = None
    """US dollars; None where a price is not known."""
    date: str = ""
    """When the first call was made, in UTC (ISO 8601); empty where unknown."""
    trajectory: str = ""
    """The same for sessions that made the same kinds of calls, of the same tools and models, in the same order."""
    metadata: Mapping[str, JSON] = field(default_factory=dict)
    """Texts, numbers and lists of them; of an object in it by its path, `scores.match`."""
    whole: bool = True
    """Whether the agent heard out what it asked for: cancelled no call, and closed no stream before all was said."""

    def plain(self) -> dict[str, Any]:
        """Return the facts as JSON has them."""
        return asdict(self)


def facts_from(plain: Mapping[str, Any]) -> SessionFacts:
    """Return the facts that were kept as JSON; raises TypeError, ValueError and KeyError for anything else."""
    lists = {name: tuple(map(str, plain[name])) for name in ("tags", "models", "tools")}
    return SessionFacts(**{**plain, **lists})


def session_facts(session: Session, prices: Prices) -> SessionFacts:
    """Return the facts of a session."""
    metadata = session.header.metadata
    spent = ledger_of(session, prices).total
    return SessionFacts(
        id=session.header.id,
        tags=tags_of(metadata),
        models=_each(one.call.model for one in session.exchanges),
        tools=_each(chain.from_iterable(map(_tools, session.exchanges))),
        status=session.ending.status if session.ending else "unknown",
        cost=None if spent.unpriced else float(spent.cost),
        date=date_of(session),
        trajectory=_trajectory(session),
        metadata=_chosen_by(metadata),
        whole=not any(was_left(one.outcome) for one in session.exchanges),
    )


def _tools(exchange: Exchange) -> Sequence[str]:
    """Return the tool that a call ran, or those that a model asked for in it: who runs them may not be recorded."""
    if exchange.call.kind == TOOL:
        return [exchange.call.target]
    if exchange.call.kind not in MODEL:
        return []
    return [asked.name for asked in replied(exchange).tool_calls]


def _each(names: Any) -> tuple[str, ...]:  # noqa: ANN401 - a generator of texts
    return tuple(dict.fromkeys(filter(None, names)))


def _chosen_by(metadata: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return what of metadata is asked for by name."""
    return {name: value for name, value in leaves(metadata).items() if _is_leaf(value)}


def _is_leaf(value: JSON) -> bool:
    listed = value if isinstance(value, list) else [value]
    return bool(listed) and all(isinstance(one, str | int | float) for one in listed)


def date_of(session: Session) -> str:
    """Return when the first call was made, in UTC (ISO 8601); empty where it is not known, or in no calendar."""
    began = next((one.started_at for one in session.exchanges if one.started_at), 0.0)
    try:
        return datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds") if began else ""
    except (ValueError, OverflowError, OSError):
        return ""


def _trajectory(session: Session) -> str:
    steps = "\n".join(map(_step, without_readings(session.exchanges)))
    return sha256(steps.encode("utf-8", "replace")).hexdigest()


def _step(exchange: Exchange) -> str:
    call, outcome = exchange.call, exchange.outcome
    name = family(call.model) if call.kind in MODEL else call.target
    failed = isinstance(outcome, Raised) or "error.type" in exchange.attributes
    return f"{call.kind} {name}{' failed' if failed else ''}"
