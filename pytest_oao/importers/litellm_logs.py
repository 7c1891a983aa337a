"""LiteLLM's logs: the `standard_logging_object` that its callbacks are given, and rows of its proxy's SpendLogs."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pytest_oao.errors import OaoError
from pytest_oao.importers.distinct_ids import distinct_id
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.litellm_calls import call_in, is_call
from pytest_oao.importers.litellm_rows import payload_of_row
from pytest_oao.importers.message_chains import MessageChains
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import Observation, ObservedCall, Scope
from pytest_oao.importers.reading import sessions_in
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import CHUNKS, EXACT_BYTES, HTTP
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import number, record, text

_RUN = "run"
_GENERATED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
"""A trace id that LiteLLM made up for a call whose caller named none."""
_WRAPPED = "standard_logging_object"


class LiteLLM:
    """Payloads, alone or in the `kwargs` of a callback, and rows of `LiteLLM_SpendLogs`."""

    name = "litellm"
    lacked: tuple[str, ...] = (EXACT_BYTES, CHUNKS, HTTP)

    def sniff(self, head: bytes) -> bool:
        """Whether it has the fields of the one or of the other."""
        seen = glimpse(head)
        if seen.has(_WRAPPED) or seen.record_has("litellm_call_id", "call_type", "custom_llm_provider"):
            return True
        return seen.record_has("request_id", "call_type", "spend", "startTime")

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the sessions."""
        return sessions_in(dump, _Reading())


class _Reading:
    """One reading of a file."""

    name, lacked = LiteLLM.name, LiteLLM.lacked

    def __init__(self) -> None:
        self._chains = MessageChains()
        self._traces: dict[str, str] = {}

    def spread(self, record: Part) -> Iterable[Part]:
        """Yield the payload, of a row what it comes to."""
        told = record.value if isinstance(record.value, dict) else record.refuse("an object")
        inner = told.get(_WRAPPED)
        value = inner if isinstance(inner, dict) else told
        yield Part(payload_of_row(value) if "spend" in value else value, record.where)

    def run_of(self, record: Part) -> str:
        """Return the session that the caller named, else the trace, else that of the call which it goes on from."""
        told = _told(record)
        named = text(told.get("session_id")) or text(told.get("trace_id"))
        if named and not _GENERATED.fullmatch(named):
            return named
        if named in self._traces:
            return self._traces[named]
        request: JSONObject = {"messages": told.get("messages")}
        failed = told.get("status") == "failure"
        run = self._chains.run_of(request, told.get("response"), named or _place(record), failed=failed)
        if named:
            self._traces[named] = run
        return run

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield the calls, and what is known of their run."""
        parts = list(records)
        rows = [_told(part) for part in parts]
        yield Scope(id=_RUN, where=parts[0].where, metadata=_metadata(rows), tags=tuple(_tags(rows)))
        known: dict[str, ObservedCall] = {}
        for at, (part, told) in enumerate(zip(parts, rows, strict=True), 1):
            if not is_call(told):
                yield Scope(id=f"other-{at}", where=part.where, parent=_RUN, original=_original(told))
                continue
            one = self._observed(part, told, at, known)
            known[one.id] = one
            yield one

    def _observed(self, part: Part, told: JSONObject, at: int, known: Mapping[str, ObservedCall]) -> ObservedCall:
        found = call_in(told, part.where)
        name = text(told.get("litellm_call_id")) or text(told.get("id")) or text(told.get("request_id")) or str(at)
        return ObservedCall(
            id=distinct_id(name, found.asked, found.came, known),
            where=part.where,
            asked=found.asked,
            came=found.came,
            parent=_RUN,
            started_at=moment(told.get("startTime")),
            ended_at=moment(told.get("endTime")),
            order=(at,),
            lacked=found.lacked,
            truncated=found.truncated,
            original=_original(told),
        )


def _told(record: Part) -> JSONObject:
    value = record.value
    return value if isinstance(value, dict) else record.refuse("an object")


def _original(told: JSONObject) -> JSON:
    """Return the record as the file has it."""
    return told.get("row", told)


def _place(record: Part) -> str:
    return f"{_RUN}-{record.where.rpartition(' ')[2]}"


def _metadata(rows: Sequence[JSONObject]) -> JSONObject:
    """Return what is told of a run: its conversation, whose it was, and what it cost in US dollars."""
    said: JSONObject = {}
    if session := next((name for row in rows if (name := text(row.get("session_id")))), ""):
        said["conversation"] = session
    users = (text(row.get("end_user")) or text(record(row.get("metadata")).get("user_api_key_user_id")) for row in rows)
    if user := next(filter(None, users), ""):
        said["user"] = user
    costs = [number(row.get("response_cost")) or 0.0 for row in rows]
    return said | ({"cost_usd": round(sum(costs), 9)} if any(costs) else {})


def _tags(rows: Sequence[JSONObject]) -> Iterator[str]:
    for row in rows:
        tags = row.get("request_tags")
        yield from (tag for tag in (tags if isinstance(tags, list) else ()) if isinstance(tag, str))
