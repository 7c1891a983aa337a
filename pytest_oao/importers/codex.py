"""Codex's rollouts: the session files of OpenAI's command line agent."""

import re
from collections.abc import Iterable, Iterator, Sequence

from pytest_oao.errors import OaoError
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.codex_turns import Step, prompts_of, steps_of
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.json_records import records_of
from pytest_oao.importers.observations import Observation, ObservedCall, Scope, ToolUse, Value
from pytest_oao.importers.transcripts import RUN, UNTOLD, Thread, Told, run_scope
from pytest_oao.model.apis import RESPONSES
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
from pytest_oao.providers.fields import record, records, text

_API = RESPONSES
_SHELL = "local_shell_call"
"""The one tool of the provider's that the caller runs."""
_TYPES = re.compile(rb'"type"\s*:\s*"(?:session_meta|turn_context|response_item|event_msg|compacted|world_state)"')


class Codex:
    """`~/.codex/sessions/YYYY/MM/DD/rollout-….jsonl`, or the same compressed with zstd."""

    name = "codex"
    lacked = (CHUNKS, EXACT_BYTES, HTTP)

    def sniff(self, head: bytes) -> bool:
        """Whether its first line is of a rollout."""
        first = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0]
        return glimpse(first).has("timestamp", "type", "payload") and bool(_TYPES.search(first))

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the one session."""
        lines = [*records_of(dump)]
        yield session_of_run(_id(lines), _observed(lines, dump.source), Source(self.name, dump.source, self.lacked))


def _meta(lines: Iterable[Part]) -> JSONObject:
    """Return what the file says of its session: a forked one holds what its origin says of its own after that."""
    told = (record(line.json()) for line in lines)
    return next((record(one.get("payload")) for one in told if one.get("type") == "session_meta"), {})


def _id(lines: Iterable[Part]) -> str:
    return text(_meta(lines).get("id"))


def _observed(lines: Sequence[Part], source: str) -> Iterator[Observation]:
    where = lines[0].where if lines else source
    yield _run(lines, where)
    yield from _calls(steps_of(lines), _thread(_meta(lines)))


def _run(lines: Sequence[Part], where: str) -> Scope:
    meta = _meta(lines)
    told: JSONObject = {
        "conversation": meta.get("id"),
        "version": meta.get("cli_version"),
        "cwd": meta.get("cwd"),
        "originator": meta.get("originator"),
        "forked_from": meta.get("forked_from_id"),
        "source": meta.get("source"),
    }
    return run_scope(where, [*prompts_of(lines)], told)


def _thread(meta: JSONObject) -> Thread:
    base = meta.get("base_instructions")
    said = text(record(base).get("text")) or text(base) or text(meta.get("instructions"))
    system: tuple[JSONObject, ...] = ({"type": "text", "content": said},) if said else ()
    lacked = UNTOLD | {TOOLS} | (frozenset() if said else {SYSTEM})
    return Thread(_API, text(meta.get("model_provider")), scope=RUN, lacked=lacked, system=system)


def _calls(steps: Sequence[Step], thread: Thread) -> Iterator[ObservedCall]:
    for step in steps:
        if step.kind == "answered":
            yield _answered(step, thread)
        elif step.kind == "ran":
            yield from _ran(step, thread)
        elif step.kind == "compacted":
            _compact(step, thread)
        elif step.kind == "context":
            thread.model = text(step.items[0].get("model")) or thread.model
        if step.kind in {"said", "ran", "answered"}:
            thread.say(step.items, step.at)


def _answered(step: Step, thread: Thread) -> ObservedCall:
    output: list[JSON] = [*step.items]
    answer: JSONObject = {"object": "response", "status": "completed", "output": output}
    told = Told(
        id=f"answer-{thread.calls}",
        where=step.lines[0].where,
        at=step.at,
        lacked=frozenset({RESPONSE_ID, *([] if step.usage else [USAGE]), *([] if thread.model else [MODEL])}),
        inferred=frozenset({FINISH_REASON}),
        original=[line.json() for line in step.lines],
    )
    one = thread.answered(answer | ({"usage": step.usage} if step.usage else {}), told)
    for item in step.items:
        if item.get("type") == _SHELL:
            thread.want(one, ToolUse(_SHELL, item.get("action"), text(item.get("call_id"))))
    return one


def _ran(step: Step, thread: Thread) -> Iterator[ObservedCall]:
    for line, item in zip(step.lines, step.items, strict=True):
        told = Told(id="", where=line.where, at=step.at, original=line.json())
        name = text(item.get("call_id")) or text(item.get("id"))
        ran = thread.ran(name, Value(_output(item)), told)
        yield from [ran] if ran else []


def _output(item: JSONObject) -> JSON:
    """Return what a tool gave; older rollouts wrap it: `{"content": ..., "success": ...}`."""
    output = item.get("output", item.get("tools"))
    return output["content"] if isinstance(output, dict) and "content" in output else output


def _compact(step: Step, thread: Thread) -> None:
    """Put what stands for the earlier conversation in its place: where the file does not say what, a summary."""
    told = step.items[0]
    kept = told.get("replacement_history")
    thread.forget()
    if isinstance(kept, list):
        thread.say(records(kept))
    else:
        thread.lacked |= {EARLIER}
        summary: list[JSON] = [{"type": "input_text", "text": text(told.get("message"))}]
        thread.say([{"type": "message", "role": "user", "content": summary}])
