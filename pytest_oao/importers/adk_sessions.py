"""Sessions of Google's Agent Development Kit: the events of a conversation between a user, agents and their tools."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pytest_oao.errors import OaoError
from pytest_oao.importers.adk_views import content_for, is_visible, parts_of
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.json_records import records_of
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import Observation, ObservedCall, Value
from pytest_oao.importers.transcripts import RUN, UNTOLD, Thread, Told, run_scope
from pytest_oao.model.apis import GEMINI
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import (
    CHUNKS,
    EARLIER,
    EXACT_BYTES,
    FINISH_REASON,
    HTTP,
    MODEL,
    RESPONSE_ID,
    SYSTEM,
    TOOLS,
    USAGE,
)
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import camel_cased, record, text

_API = GEMINI
_STATUS = re.compile(r"[45][0-9]{2}")
_ANSWERED = ("usageMetadata", "finishReason", "modelVersion")
"""What only events that came from a model have."""


class AdkSessions:
    """What a session service keeps: `session.model_dump_json()`, `adk run --save_session`, the API server's answer."""

    name = "adk"
    lacked: tuple[str, ...] = (CHUNKS, EXACT_BYTES, HTTP)

    def sniff(self, head: bytes) -> bool:
        """Whether it has events, alone or in their session."""
        seen = glimpse(head)
        return any(
            seen.has(f"events.{name}", "events.author", "events.actions") or seen.record_has(name, "author", "actions")
            for name in ("invocationId", "invocation_id")
        )

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield each session."""
        source = Source(self.name, dump.source, self.lacked)
        for session in _sessions(dump):
            try:
                name = text(record(session.json()).get("id"))
                yield session_of_run(name, _observed(session), source)
            except OaoError as error:
                yield error


def _sessions(dump: Dump) -> Iterator[Part]:
    """Yield the sessions; events that stand alone are of one."""
    alone: list[object] = []
    for item in records_of(dump):
        if "events" in item:
            yield item
        else:
            alone.append(item.value)
    if alone:
        yield Part({"events": alone}, dump.source)


def _observed(session: Part) -> Iterator[Observation]:
    told = camel_cased(session.json())
    events = [(event, camel_cased(event.json())) for event in session["events"].items()]
    turns = [_words(event) for _, event in events if event.get("author") == "user" and _words(event)]
    known: JSONObject = {"conversation": told.get("id"), "app": told.get("appName"), "user": told.get("userId")}
    yield run_scope(session.where, turns, known)
    reading = _Reading([event for _, event in events])
    for part, event in events:
        yield from reading.calls(part, event)


def _words(event: JSONObject) -> str:
    return "".join(text(part.get("text")) for part in parts_of(event))


class _Reading:
    """One reading of a session's events."""

    def __init__(self, events: Sequence[JSONObject]) -> None:
        self._threads: dict[tuple[str, str], Thread] = {}
        """The conversation of each agent on each branch with its model."""
        self._past: list[JSONObject] = []
        self._marked = any(name in event for event in events for name in _ANSWERED)

    def calls(self, part: Part, event: JSONObject) -> Iterator[ObservedCall]:
        """Yield what an event tells of: an answer or a failure of a model, results of tools."""
        if event.get("partial") is True:
            return
        author = text(event.get("author"))
        if author != "user":
            yield from self._agents(part, event, self._thread(author, text(event.get("branch"))))
        self._say(event)

    def _agents(self, part: Part, event: JSONObject, thread: Thread) -> Iterator[ObservedCall]:
        answers = [record(one.get("functionResponse")) for one in parts_of(event)]
        told = Told(id=text(event.get("id")), where=part.where, at=moment(event.get("timestamp")), original=event)
        if any(answers):
            yield from _ran([one for one in answers if one], told, thread)
        elif event.get("errorCode") and not parts_of(event):
            yield thread.failed(_failure(event), told)
        elif parts_of(event) and self._is_an_answer(event):
            yield _answered(event, told, thread)

    def _is_an_answer(self, event: JSONObject) -> bool:
        """Whether an event came from a model: agents of the user's own code say things too."""
        return record(event.get("content")).get("role") == "model" and (
            not self._marked or any(name in event for name in _ANSWERED)
        )

    def _thread(self, agent: str, branch: str) -> Thread:
        """Return the conversation of an agent, who has seen what was said before it came in."""
        known = self._threads.get((agent, branch))
        if known is None:
            lacked = UNTOLD | {SYSTEM, TOOLS, RESPONSE_ID, MODEL}
            known = Thread(_API, "gcp.gemini", scope=RUN, agent=agent, lacked=lacked)
            self._threads[agent, branch] = known
            for event in self._past:
                _tell(event, agent, branch, known)
        return known

    def _say(self, event: JSONObject) -> None:
        self._past.append(event)
        for (agent, branch), thread in self._threads.items():
            _tell(event, agent, branch, thread)


def _tell(event: JSONObject, agent: str, branch: str, thread: Thread) -> None:
    """Have an event said in an agent's conversation; one that stands for others that were compacted as well."""
    if "compaction" in record(event.get("actions")):
        thread.lacked |= {EARLIER}
    content = content_for(event, agent) if is_visible(event, branch) else None
    thread.say([content] if content else [], moment(event.get("timestamp")))


def _answered(event: JSONObject, told: Told, thread: Thread) -> ObservedCall:
    thread.model = text(event.get("modelVersion"))
    parts: list[JSON] = [*parts_of(event)]
    candidate: JSONObject = {"index": 0, "content": {"role": "model", "parts": parts}}
    candidate["finishReason"] = event.get("finishReason") or "STOP"
    answer: JSONObject = {"candidates": [candidate], "modelVersion": thread.model}
    if "usageMetadata" in event:
        answer["usageMetadata"] = event["usageMetadata"]
    inferred = frozenset[str]() if event.get("finishReason") else frozenset({FINISH_REASON})
    lacked = frozenset[str]() if "usageMetadata" in event else frozenset({USAGE})
    return thread.answered(answer, replace(told, inferred=inferred, lacked=lacked))


def _failure(event: JSONObject) -> ModelFailure:
    code = text(event.get("errorCode"))
    status = int(code) if _STATUS.fullmatch(code) else 0
    return ModelFailure(status, code, text(event.get("errorMessage")))


def _ran(answers: Iterable[JSONObject], told: Told, thread: Thread) -> Iterator[ObservedCall]:
    original: JSON = told.original
    for answer in answers:
        call_id = text(answer.get("id"))
        ran = thread.ran(call_id, Value(_returned(answer.get("response"))), replace(told, id="", original=original))
        yield from [ran] if ran else []
        original = None


def _returned(response: JSON) -> JSON:
    """Return what a tool returned: ADK wraps what is no object."""
    wrapped = record(response)
    if wrapped.keys() == {"result"} and not isinstance(wrapped["result"], dict):
        return wrapped["result"]
    return response
