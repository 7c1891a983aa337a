"""SWE-agent trajectories: the history of an agent, and what each of its actions did."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pytest_oao.errors import OaoError
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.formats import Format
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.observations import Observation, ObservedCall, Scope, ToolUse, Value
from pytest_oao.importers.reading import sessions_of_each
from pytest_oao.importers.transcripts import RUN, UNTOLD, Thread, Told, chat_completion, run_scope
from pytest_oao.model.apis import CHAT
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.provenance import (
    CHUNKS,
    EARLIER,
    EXACT_BYTES,
    FINISH_REASON,
    HTTP,
    MODEL,
    RESPONSE_ID,
    TIMING,
    TOOLS,
    USAGE,
)
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.payloads import loads

_NO_MODELS = frozenset({"human", "human_thought", "replay", "instant_empty_submit"})
"""What stands for a model where there was none."""
_COMMAND = "communicate"
"""What SWE-agent calls to run an action in its environment, where the model writes commands and calls no tools."""


class SweAgent(Format):
    """A `.traj` file."""

    name = "swe-agent"
    lacked: tuple[str, ...] = (TIMING, CHUNKS, EXACT_BYTES, HTTP)

    def sniff(self, head: bytes) -> bool:
        """Whether it begins with the steps of a trajectory."""
        return glimpse(head).has("trajectory.action", "trajectory.observation", "trajectory.response")

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the one session."""
        return sessions_of_each(dump, self)

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield the calls of the model, and what was run for it."""
        for run in records:
            yield _run(run)
            yield from _calls(run)


def _run(run: Part) -> Scope:
    info = record(run["info"].json())
    cost = record(info.get("model_stats")).get("instance_cost")
    status = info.get("exit_status")
    scope = run_scope(run.where, (), {"exit_status": status, "cost": cost})
    return replace(scope, output=info.get("submission")) if status == "submitted" else scope


def _calls(run: Part) -> Iterator[ObservedCall]:
    """Yield a call for each answer in the history, in step with the trajectory."""
    model = _model(run)
    thread = Thread(CHAT, model=model, scope=RUN, lacked=UNTOLD | {TOOLS} | (set() if model else {MODEL}))
    steps = iter(run["trajectory"].items())
    for item in run["history"].items():
        said = record(item.json())
        if said.get("role") == "assistant" and said.get("is_demo") is not True:
            yield from _step(item, next(steps, None), thread)
        thread.say([_native(said)])


def _model(run: Part) -> str:
    """Return the model's name, where the file tells how to run it again."""
    told = run["replay_config"].json()
    config = record(loads(told) if isinstance(told, str) else told)
    name = text(record(record(config.get("agent")).get("model")).get("name"))
    return "" if name in _NO_MODELS else name


def _step(item: Part, step: Part | None, thread: Thread) -> Iterator[ObservedCall]:
    """Yield the call of a model, and what its answer had run."""
    said, done = record(item.json()), record(step.json() if step else None)
    asked = records(done.get("query"))
    sent = [one for one in asked if one.get("role")]
    told = Told(
        id=f"step-{thread.calls}",
        where=item.where,
        lacked=frozenset({RESPONSE_ID, USAGE} | (set() if sent else {EARLIER})),
        inferred=frozenset({FINISH_REASON}),
        rebuilt=not sent,
        original={"history": said, "trajectory": done},
    )
    if sent:
        thread.forget()
        thread.system = ()
        thread.say([_native(message) for message in sent])
    one = thread.answered(chat_completion(_native(said)), told)
    yield one
    yield from _ran(one, said, done, thread)


def _ran(one: ObservedCall, said: JSONObject, done: JSONObject, thread: Thread) -> Iterator[ObservedCall]:
    """Yield the tools that the answer asks for, or the command that it is; what they gave the step tells."""
    told = Told(id="", where=one.where)
    calls = records(said.get("tool_calls"))
    observation = done.get("observation")
    if observation is None:
        return
    for call in calls:
        ran = thread.ran(text(call.get("id")), Value(observation), told)
        yield from [ran] if ran else []
    if action := text(done.get("action") or said.get("action")):
        yield from [] if calls else [thread.did(ToolUse(_COMMAND, {"input": action}), Value(observation), told, one)]


def _native(said: JSONObject) -> JSONObject:
    """Return an item of the history as OpenAI's API has it."""
    message: JSONObject = {"role": said.get("role"), "content": said.get("content")}
    if said.get("tool_calls"):
        message["tool_calls"] = said["tool_calls"]
    ids = said.get("tool_call_ids")
    if said.get("role") == "tool":
        message["tool_call_id"] = ids[0] if isinstance(ids, list) and ids else said.get("tool_call_id")
    return message
