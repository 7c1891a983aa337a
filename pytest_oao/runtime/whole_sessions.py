"""A running session with what a record tells of calls that were not made again: those of tools that it answered."""

from dataclasses import replace

from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import TOOL
from pytest_oao.model.sessions import Session
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.recorded_places import Inner, made


def whole_session(gateway: Gateway, session: Session) -> Session:
    """Return a gateway's session as it is spent and judged: with what was made within the calls of its tools."""
    record = gateway.terms.replays
    if record is None:
        return session
    inner, placed, reached = Inner(made(record)), dict[int, tuple[int, Exchange]](), 0
    for one in session.exchanges:
        is_live = one.seq in gateway.live
        reached = reached if is_live else max(reached, one.seq)
        placed[one.seq] = (reached, one)
        if one.call.kind == TOOL and not is_live:
            placed |= {each.seq: (each.seq, each) for each in inner.of(one)}
    ordered = sorted(placed.values(), key=lambda at: (at[0], at[1].seq))
    return replace(session, exchanges=tuple(exchange for _, exchange in ordered))
