"""What the Claude Agent SDK and Claude Code say to each other: `--output-format stream-json`, or a recording of it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

from pytest_oao.errors import OaoError
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.claude_failures import failure_of
from pytest_oao.importers.claude_turns import Line, Reading, thread_of
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.json_records import records_of
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import Observation, ObservedCall, Scope, ToolUse
from pytest_oao.importers.transcripts import RUN, plain, run_scope
from pytest_oao.model.provenance import CHUNKS, EXACT_BYTES, HTTP, TIMING
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import record, records, text

_INIT = re.compile(rb'"subtype"\s*:\s*"(?:init|hook_started|initialize)"')


class ClaudeAgentSdk:
    """The messages of one query."""

    name = "claude-agent-sdk"
    lacked = (TIMING, CHUNKS, EXACT_BYTES, HTTP)

    def sniff(self, head: bytes) -> bool:
        """Whether it is a recording of the SDK's transport, or a stream that begins with the session's settings."""
        first = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0]
        if glimpse(head).has("messages.direction", "messages.message.type"):
            return True
        return glimpse(first).has("type", "subtype", "session_id") and bool(_INIT.search(first))

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield each session: a stream may hold several queries."""
        source = Source(self.name, dump.source, self.lacked)
        for name, messages in _sessions(records_of(dump)).items():
            try:
                yield session_of_run(name, _observed(name, messages, dump.source), source)
            except OaoError as error:
                yield error


def _sessions(parts: Iterable[Part]) -> dict[str, list[Part]]:
    """Return the messages of each session; what is sent to one says `default`, before its id is known."""
    found: dict[str, list[Part]] = {}
    waiting: list[Part] = []
    last = ""
    for part in _messages(parts):
        name = text(record(part.json()).get("session_id"))
        if name in {"", "default"}:
            found[last].append(part) if last else waiting.append(part)
        else:
            found.setdefault(name, []).extend([*waiting, part])
            waiting, last = [], name
    return found or {"": waiting}


def _messages(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the messages, those of a recorded transport without its wrapping."""
    for part in parts:
        if "messages" in part and "direction" in record(next(iter(records(record(part.json()).get("messages"))), {})):
            yield from (one["message"] for one in part["messages"].items())
        else:
            yield part["message"] if "direction" in part else part


def _observed(name: str, messages: Sequence[Part], source: str) -> Iterator[Observation]:
    lines = [*_lines(messages)]
    threads: dict[str, list[Line]] = {"": []}
    for line in lines:
        threads.setdefault(_caller(line), []).append(line)
    yield _run(name, messages, threads[""], source)
    calls = [*_calls(lines, threads)]
    tools = {one.asked.call_id: one for one in calls if isinstance(one.asked, ToolUse)}
    yield from (_agent(tool, own, tools.get(tool)) for tool, own in threads.items() if tool)
    yield from calls


def _caller(line: Line) -> str:
    """Return the tool call that a line's sub-agent was called by, empty in the main conversation."""
    return text(record(line.record.json()).get("parent_tool_use_id"))


def _calls(lines: Iterable[Line], threads: Mapping[str, Sequence[Line]]) -> Iterator[ObservedCall]:
    """Yield the calls of all conversations as they come: there are no times to order them by."""
    places = count()
    readings = {tool: Reading(replace(thread_of(_scope(tool)), places=places), own) for tool, own in threads.items()}
    for line in lines:
        yield from readings[_caller(line)].calls(line)


def _scope(tool: str) -> str:
    return f"agent-{tool}" if tool else RUN


def _agent(tool: str, lines: Sequence[Line], asked: ObservedCall | None) -> Scope:
    arguments = record(asked.asked.arguments) if asked is not None and isinstance(asked.asked, ToolUse) else {}
    name = text(arguments.get("subagent_type")) or "sub-agent"
    where = lines[0].record.where
    parent = asked.id if asked is not None else RUN
    return Scope(id=_scope(tool), where=where, parent=parent, agent=name, input=arguments.get("prompt"))


def _run(name: str, messages: Sequence[Part], lines: Sequence[Line], source: str) -> Scope:
    """Return what the first message tells of the session, and the last of its end."""
    told = [record(message.json()) for message in messages]
    begun = next((one for one in told if one.get("subtype") == "init"), {})
    ended = next((one for one in reversed(told) if one.get("type") == "result"), {})
    cost = ended.get("total_cost_usd")
    known = {key: begun.get(key) for key in ("cwd", "model", "claude_code_version")}
    turns = [plain(one.message.get("content")) for one in lines if _is_prompt(one)]
    scope = run_scope(messages[0].where if messages else source, turns, known | {"conversation": name, "cost": cost})
    error = (text(ended.get("result")) or text(ended.get("subtype"))) if ended.get("is_error") is True else ""
    return replace(scope, output=ended.get("result"), error=error)


def _is_prompt(line: Line) -> bool:
    return line.kind == "user" and not any(block.get("type") == "tool_result" for block in line.blocks)


def _lines(messages: Iterable[Part]) -> Iterator[Line]:
    for message in messages:
        told = record(message.json())
        failure = failure_of(told)
        kind = (
            "failed"
            if failure
            else "compacted"
            if told.get("subtype") == "compact_boundary"
            else text(told.get("type"))
        )
        if kind in {"user", "assistant", "failed", "compacted"}:
            yield Line(kind, message, record(told.get("message")), moment(told.get("timestamp")), failure)
