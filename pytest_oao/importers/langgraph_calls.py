"""What the messages of a LangGraph thread tell of its calls: models, tools, and people who resumed it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pytest_oao.importers import langchain_messages
from pytest_oao.importers.langgraph_people import INTERRUPT, NOBODY, people_of
from pytest_oao.importers.langgraph_places import Place, listed
from pytest_oao.importers.langgraph_scopes import scope_of
from pytest_oao.importers.langgraph_threads import START, Checkpoint, Thread, Write
from pytest_oao.importers.observations import Came, Observation, ObservedCall, ToolUse, Value
from pytest_oao.importers.told_answers import usage_told
from pytest_oao.model.conversations import ModelRequest, ModelResponse
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.provenance import (
    ARGUMENTS,
    MESSAGES,
    MODEL,
    PARAMETERS,
    RESPONSE_FORMAT,
    RESULT_TYPES,
    SYSTEM,
    TOOL_CHOICE,
    TOOLS,
)
from pytest_oao.providers.fields import record, records, text

_BY_HAND = frozenset({"update", "fork"})
"""Why a checkpoint was kept that no node led to: somebody changed the state."""
_FROM_A_MODEL = ("lc_run-", "run-")
"""What the ids of messages begin with that LangChain got from a model without an id of its own."""
_UNTOLD = frozenset({MODEL, SYSTEM, TOOLS, PARAMETERS, TOOL_CHOICE, RESPONSE_FORMAT})


@dataclass(slots=True)
class _Seen:
    """What was told of a thread until now."""

    messages: set[str] = field(default_factory=set)
    """Ids of messages: what a sub-graph wrote, the graph around it writes again."""
    calls: dict[str, JSONObject] = field(default_factory=dict)
    """Calls of tools that models asked for, by their ids."""


def observed(thread: Thread) -> Iterator[Observation]:
    """Yield what the checkpoints of a thread tell, those of sub-graphs before those around them."""
    seen = _Seen()
    for namespace in sorted(thread.chains, key=lambda name: (-name.count("|") - bool(name), name)):
        chain = thread.chains[namespace]
        yield scope_of(namespace, chain, thread)
        following: Sequence[Checkpoint | None] = [*chain[1:], None]
        for one, after in zip(chain, following, strict=True):
            yield from _superstep(one, after, seen)


def _superstep(one: Checkpoint, after: Checkpoint | None, seen: _Seen) -> Iterator[ObservedCall]:
    by_hand = after is not None and after.source in _BY_HAND
    tasks: dict[str, list[Write]] = defaultdict(list)
    for write in one.writes:
        tasks[write.task].append(write)
    last = tasks.pop(NOBODY, [])
    asking = [task for task, writes in tasks.items() if any(write.channel == INTERRUPT for write in writes)]
    for number, (task, writes) in enumerate(tasks.items()):
        place = Place(one, after, task, number)
        yield from people_of([*writes, *(last if asking == [task] else ())], place)
        for write in () if by_hand else writes:
            if not _is_input(write, one):
                yield from _told(write, place, seen)


def _is_input(write: Write, one: Checkpoint) -> bool:
    """Whether a write is what the graph was given, and not what a node made."""
    return write.path.endswith(START) if write.path else one.source == "input"


def _told(write: Write, place: Place, seen: _Seen) -> Iterator[ObservedCall]:
    """Yield the calls that messages tell of which a task wrote."""
    if write.channel.startswith("__") and write.channel != "__return__":
        return
    for number, message in enumerate(records(listed(write.value))):
        if not langchain_messages.is_langchain([message]):
            continue
        fields = langchain_messages.message_fields(message)
        identity = text(fields.get("id"))
        name = f"{place.checkpoint.id}/{place.task}/{write.number}/{number}"
        if identity and identity in seen.messages:
            continue
        seen.messages.add(identity)
        if "tool_call_id" in fields:
            yield _tool(name, write, place, seen, message)
        elif _is_of_a_model(message):
            yield _model(name, write, place, seen, message)


def _is_of_a_model(message: JSONObject) -> bool:
    """Whether a message is a model's answer: a node may write messages in its name."""
    _, messages = langchain_messages.conversation([message])
    if not messages or messages[0].role != "assistant":
        return False
    fields = langchain_messages.message_fields(message)
    told = record(fields.get("response_metadata"))
    made = any(told.get(key) for key in ("model_name", "model", "id", "finish_reason", "stop_reason"))
    return made or bool(fields.get("usage_metadata")) or text(fields.get("id")).startswith(_FROM_A_MODEL)


def _model(name: str, write: Write, place: Place, seen: _Seen, message: JSONObject) -> ObservedCall:
    fields = langchain_messages.message_fields(message)
    told = record(fields.get("response_metadata"))
    for call in records(fields.get("tool_calls")):
        seen.calls[text(call.get("id"))] = call
    before = place.checkpoint.channels.get(write.channel)
    system, messages = langchain_messages.conversation(before)
    model = text(told.get("model_name")) or text(told.get("model"))
    provider = text(told.get("model_provider"))
    asked = ModelRequest(model=model, system=system, messages=messages, provider=provider)
    answer = langchain_messages.said(message)
    came = ModelResponse(text(told.get("id")), model, (answer,), usage_told(fields.get("usage_metadata")))
    lacked = _UNTOLD if messages else _UNTOLD | {MESSAGES}
    return place.observed(name, write, asked, came, lacked, message)


def _tool(name: str, write: Write, place: Place, seen: _Seen, message: JSONObject) -> ObservedCall:
    fields = langchain_messages.message_fields(message)
    identity = text(fields.get("tool_call_id"))
    call = seen.calls.get(identity) or _asked_before(place.checkpoint, write.channel, identity)
    content = fields.get("content")
    lacked = frozenset({RESULT_TYPES} if call else {RESULT_TYPES, ARGUMENTS})
    came: Came = Value(content)
    if fields.get("status") == "error":
        came = Raised("ToolError", content if isinstance(content, str) else str(content))
    asked = ToolUse(text(fields.get("name")) or text(call.get("name")), call.get("args"), identity)
    return place.observed(name, write, asked, came, lacked, message)


def _asked_before(one: Checkpoint, channel: str, identity: str) -> JSONObject:
    """Return a tool's call out of the messages that a checkpoint has: early ones of a thread may be deleted."""
    for message in records(one.channels.get(channel)):
        for call in records(langchain_messages.message_fields(message).get("tool_calls")):
            if call.get("id") == identity:
                return call
    return {}
