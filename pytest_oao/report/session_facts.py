"""What is known of a session as a whole, in words."""

import json

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON, leaves
from pytest_oao.model.outcomes import was_made
from pytest_oao.model.readings import without_readings
from pytest_oao.model.run_metadata import AGENT_VERSION, INPUT, TAGS, TASK, tags_of
from pytest_oao.model.sessions import Header, Session
from pytest_oao.report.layout import counted

_APART = frozenset({INPUT, TAGS})
"""What has a line of its own, and no session is chosen by as metadata."""
_HASH = 12
"""Digits of a hash that are shown."""


def ending(session: Session) -> str:
    """Return how a session ended."""
    if session.ending is None:
        return "not at all: the record is incomplete"
    message = f": {session.ending.message}" if session.ending.message else ""
    return session.ending.status + message


def tokens(usage: Usage) -> str:
    """Return what is known of the tokens: `1,203 in (200 cached), 87 out`; empty where nothing is."""
    cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
    reasoning = f" ({usage.reasoning_tokens:,} reasoning)" if usage.reasoning_tokens else ""
    known = (
        "" if usage.input_tokens is None else f"{usage.input_tokens:,} in{cached}",
        "" if usage.output_tokens is None else f"{usage.output_tokens:,} out{reasoning}",
    )
    return ", ".join(filter(None, known))


def origin(header: Header) -> str:
    """Return where a session comes from, and what its format lacked."""
    if header.origin.kind == "recorded":
        return f"recorded, format {header.format}"
    lacked = f", lacking {', '.join(header.origin.lacked)}" if header.origin.lacked else ""
    return f"imported from {header.origin.source} ({header.origin.format}){lacked}"


def policy(session: Session, verbosity: int = 0) -> str:
    """Return which policy was in force, by its hash; where none is known, that is told with more verbosity."""
    known = session.header.execution.policy
    if known:
        return f"sha256 {known[:_HASH]}"
    judged = any(exchange.verdicts for exchange in session.exchanges)
    return "in force, its hash is not known" if judged else "none is known" if verbosity else ""


def calls(session: Session) -> str:
    """Return how many calls there were, how many more are in doubt or were not made, and how long they took."""
    told = without_readings(session.exchanges)
    readings = len(session.exchanges) - len(told)
    lanes = {call.lane for call in _all(session)}
    seconds = sum(exchange.duration for exchange in session.exchanges)
    unmade = sum(not was_made(exchange.outcome) for exchange in told)
    within = f" in {counted(len(lanes), 'lane')}" if len(lanes) > 1 else ""
    waited = f", {duration(seconds)} of waiting" if seconds else ""
    read = f", and {counted(readings, 'reading')} of clocks (-v shows them)" if readings else ""
    denied = f", {unmade:,} not made" if unmade else ""
    doubted = f", {len(session.in_doubt):,} in doubt" if session.in_doubt else ""
    return counted(len(told) - unmade, "call") + within + doubted + denied + waited + read


def lanes(session: Session) -> str:
    """Return what a lane is, where a call stands in another one than the first."""
    if all(call.lane == "0" for call in _all(session)):
        return ""
    return "each is a task or a thread: 0.1 is the second one that 0 started"


def _all(session: Session) -> tuple[Call, ...]:
    return (*(exchange.call for exchange in session.exchanges), *session.in_doubt)


def duration(seconds: float) -> str:
    """Return a time as `12 ms` or `1.2 s`; empty where it is unknown."""
    if not seconds:
        return ""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def given(header: Header) -> str:
    """Return what an imported run was given; empty for a recorded one, whose test or task says it."""
    return _said(header.metadata.get(INPUT)) if header.origin.kind == "imported" else ""


def task(header: Header) -> str:
    """Return the task that a program was recorded at; empty where it told none, as tests do not."""
    return _said(header.of_our_run.get(TASK))


def agent(header: Header) -> str:
    """Return which version of the agent a program said that it records."""
    version = _said(header.of_our_run.get(AGENT_VERSION))
    return f"version {version}" if version else ""


def _said(value: JSON) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def tags(header: Header) -> str:
    """Return the tags of a run."""
    return ", ".join(tags_of(header.metadata))


def known(header: Header) -> list[str]:
    """Return what else is known of a run by its source or its program, a line a fact: tests are chosen by it."""
    if header.origin.kind != "imported" and header.test:
        return []
    others = leaves({name: value for name, value in header.metadata.items() if name not in _APART})
    return [f"{name} = {value if isinstance(value, str) else json.dumps(value)}" for name, value in others.items()]
