"""An agent that goes on in replay where it stopped while recording: it closed a stream there, or cancelled a call."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Outcome, Raised, Streamed
from pytest_oao.providers.stream_ends import said_all
from pytest_oao.runtime.gateway import Gateway

SLACK = 5.0
"""Seconds beyond what the whole recording took that an agent has in replay to cancel a call that it cancelled then."""

_WAITS = "the agent cancelled this call while recording; it now waits for an answer"


def as_left(outcome: Streamed) -> Streamed:
    """Return a stream as a replay ends it: one that was cancelled when all had been said just ends."""
    if was_cancelled(outcome.end) and said_all(outcome.body.data):
        return replace(outcome, end="complete")
    return outcome


def was_cancelled(end: object) -> bool:
    """Whether the agent cancelled the call while recording."""
    return isinstance(end, Raised) and end.type == "Cancelled"


def was_left(outcome: Outcome) -> bool:
    """Whether the agent cancelled a call while recording, or left its stream before all was said."""
    if isinstance(outcome, Streamed):
        return (outcome.end == "closed" or was_cancelled(outcome.end)) and not said_all(outcome.body.data)
    return was_cancelled(outcome)


async def until_cancelled(exchange: Exchange, gateway: Gateway) -> None:
    """Wait for the agent to cancel a call again, as a time-out around it does; raises Diverged when it does not."""
    from anyio import sleep  # noqa: PLC0415 - httpx brings anyio; only asynchronous code gets here

    await until_cancelled_by(sleep, exchange, gateway)


async def until_cancelled_by(sleep: Callable[[float], Awaitable[object]], exchange: Exchange, gateway: Gateway) -> None:
    """Wait so with the `sleep` of the agent's own event loop."""
    await sleep(recorded_seconds(gateway) + SLACK)
    gateway.overrun(exchange, _WAITS)


def stop_where_cancelled(exchange: Exchange, end: object, gateway: Gateway) -> None:
    """Stop an agent whose call was cancelled while recording, and that now waits where nothing cancels: in a thread."""
    if was_cancelled(end):
        gateway.overrun(exchange, _WAITS)


def recorded_seconds(gateway: Gateway) -> float:
    """Return how long the recording took: no time-out that began in it can be longer."""
    replays = gateway.terms.replays
    recorded = replays.exchanges if replays is not None else gateway.exchanges
    timed = [exchange for exchange in recorded if exchange.started_at]
    begun = min((exchange.started_at for exchange in timed), default=0.0)
    return max((exchange.started_at + exchange.duration for exchange in timed), default=0.0) - begun


def stop_where_closed(exchange: Exchange, outcome: Streamed, gateway: Gateway) -> None:
    """Stop an agent that reads beyond where it closed a stream, unless the stream had said all."""
    if outcome.end == "closed" and not said_all(outcome.body.data):
        chunks = len(outcome.sizes)
        cause = f"the stream was closed after {chunks} chunks while recording; the agent now reads on"
        gateway.overrun(exchange, cause)
