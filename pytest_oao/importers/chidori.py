"""Chidori's runs: every host call of an agent, in the order of its journal, as `records.jsonl` or in a checkpoint."""

from collections.abc import Iterator, Sequence

from pytest_oao.errors import OaoError
from pytest_oao.importers.chidori_calls import told_call
from pytest_oao.importers.chidori_prompts import Prompts
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.formats import Format
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import Observation, ObservedCall, Scope
from pytest_oao.importers.reading import sessions_in
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.provenance import CHANCE, CHUNKS, EXACT_BYTES, RESPONSE_ID, STREAM
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import record as fields_of

_RECORD = ("seq", "function", "args")
_AROUND = frozenset({"call_agent", "branch", "join_actor"})
"""Calls below which others stand: of a sub-agent, of forks of the run, of an actor that was waited for."""
_PROMPT = "prompt"


class Chidori(Format):
    """`{seq, parent_seq, function, args, result, duration_ms, token_usage, timestamp, error}`."""

    name = "chidori"
    lacked: tuple[str, ...] = (EXACT_BYTES, CHUNKS, STREAM, RESPONSE_ID, CHANCE)

    def sniff(self, head: bytes) -> bool:
        """Whether its records, or those of the call log of a checkpoint, are numbered calls of functions."""
        seen = glimpse(head)
        return seen.has(*_RECORD) or (
            seen.has("session_id", "call_log") and seen.has(*(f"call_log.{key}" for key in _RECORD))
        )

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of the run, or of each checkpoint in the file."""
        return sessions_in(dump, self)

    def run_of(self, record: Part) -> str:
        """Return the session of a checkpoint; the records of a journal do not name their run."""
        return record["session_id"].text("") if "call_log" in record else ""

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield what the records tell, and what a checkpoint tells of its run."""
        calls: list[Part] = []
        for record in records:
            if "call_log" not in record:
                calls.append(record)
                continue
            yield _checkpoint(record)
            calls += record["call_log"].items()
        prompts = Prompts(calls)
        for call in calls:
            yield from _told(call, prompts)


def _told(call: Part, prompts: Prompts) -> Iterator[Observation]:
    function = call["function"].text()
    if function in _AROUND:
        yield _around(call)
        return
    told = prompts.told(call) if function == _PROMPT else told_call(call)
    if told is None:
        return
    started = moment(call["timestamp"].value)
    yield ObservedCall(
        id=_id(call["seq"]),
        where=call.where,
        asked=told.asked,
        came=told.came,
        parent=_parent(call),
        started_at=started,
        ended_at=started + call["duration_ms"].number() / 1000,
        order=(call["seq"].whole(),),
        lacked=told.lacked,
        inferred=told.inferred,
        truncated=told.truncated,
        original=call.json(),
    )


def _around(call: Part) -> Scope:
    args = call["args"]
    path = args["path"].text("")
    started = moment(call["timestamp"].value)
    return Scope(
        id=_id(call["seq"]),
        where=call.where,
        parent=_parent(call),
        name=path,
        agent=path,
        started_at=started,
        ended_at=started + call["duration_ms"].number() / 1000,
        error=call["error"].text(""),
        original=call.json(),
    )


def _checkpoint(record: Part) -> Scope:
    known: dict[str, JSON] = {"status": record["status"].json()} if "status" in record else {}
    alone = {key: value for key, value in fields_of(record.json()).items() if key != "call_log"}
    return Scope(
        id="session",
        where=record.where,
        input=record["input"].json(),
        output=record["output"].json(),
        error=record["error"].text(""),
        metadata=known,
        original=alone,
    )


def _parent(call: Part) -> str:
    return _id(call["parent_seq"]) if "parent_seq" in call else ""


def _id(seq: Part) -> str:
    return str(seq.whole())
