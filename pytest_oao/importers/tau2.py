"""tau2-bench: the results of a run, with the messages of each simulated conversation."""

from collections.abc import Iterable, Iterator, Sequence

from pytest_oao.cassette.encodings import compact
from pytest_oao.errors import OaoError
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import Observation, ObservedCall, Scope
from pytest_oao.importers.reading import sessions_of_each
from pytest_oao.importers.transcripts import RUN, UNTOLD, Thread, Told, chat_completion, result, run_scope
from pytest_oao.model.apis import CHAT
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import (
    CHUNKS,
    EXACT_BYTES,
    FINISH_REASON,
    HTTP,
    MESSAGES,
    MODEL,
    RESPONSE_ID,
    SYSTEM,
    TOOLS,
)
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import number, record, records, text


class Tau2:
    """What `tau2 run` saves: the agent's side of each simulation; what the simulated user does is not the agent's."""

    name = "tau2"
    lacked: tuple[str, ...] = (SYSTEM, CHUNKS, EXACT_BYTES, HTTP)

    def sniff(self, head: bytes) -> bool:
        """Whether it has simulations, or what comes before them."""
        seen = glimpse(head)
        return "simulations" in seen.keys or seen.has("info.agent_info", "info.environment_info", "tasks")

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each simulation."""
        return sessions_of_each(dump, self)

    def spread(self, record: Part) -> Iterable[Part]:
        """Yield each simulation, with what is known of all of them."""
        for simulation in record["simulations"].items():
            yield Part({"info": record["info"].value, "simulation": simulation.value}, simulation.where)

    def run_of(self, record: Part) -> str:
        """Return the simulation's id, or which task and attempt it is."""
        simulation = record["simulation"]
        named = f"task-{simulation['task_id'].scalar()}-trial-{simulation['trial'].scalar() or '0'}"
        return simulation["id"].text("") or named

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield the calls of the agent's model and of its tools."""
        for run in records:
            simulation = run["simulation"]
            yield _run(simulation)
            yield from _calls(simulation["messages"].items(), _thread(record(run["info"].json()).get("agent_info")))


def _run(simulation: Part) -> Scope:
    names = ("task_id", "trial", "seed", "termination_reason")
    told = {name: simulation[name].json() for name in names}
    users = [one["content"].text("") for one in simulation["messages"].items() if one["role"].value == "user"]
    reward = record(simulation["reward_info"].json()).get("reward")
    return run_scope(simulation.where, [said for said in users if said], told | {"reward": reward})


def _thread(agent: JSON) -> Thread:
    model = text(record(agent).get("llm"))
    untold = {SYSTEM, TOOLS} if model else {SYSTEM, TOOLS, MODEL}
    return Thread(CHAT, model=model, scope=RUN, lacked=UNTOLD | untold)


def _calls(messages: Sequence[Part], thread: Thread) -> Iterator[ObservedCall]:
    """Yield a call for each answer of the agent's model, and for each result of its tools."""
    heard = False
    for message in _each(messages):
        said = record(message.json())
        role, at = text(said.get("role")), moment(said.get("timestamp"))
        if role == "assistant" and (heard or said.get("raw_data") is not None):  # else the orchestrator's greeting
            yield _answered(message, thread, at)
        elif role == "tool" and said.get("requestor") != "user":
            told = Told(id="", where=message.where, at=at, original=said)
            came = result(said.get("content"), failed=said.get("error") is True)
            ran = thread.ran(text(said.get("id")), came, told)
            yield from [ran] if ran else []
        heard = heard or role == "user"
        thread.say(_native(said), at)


def _each(messages: Sequence[Part]) -> Iterator[Part]:
    """Yield the messages; the results of parallel tools may be wrapped in one."""
    for message in messages:
        inner = message["tool_messages"].items()
        yield from inner or [message]


def _answered(message: Part, thread: Thread, at: float) -> ObservedCall:
    said = record(message.json())
    raw = record(said.get("raw_data"))
    generated = number(said.get("generation_time_seconds")) or 0.0
    inferred = frozenset[str]() if records(raw.get("choices")) else frozenset({FINISH_REASON})
    told = Told(
        id=f"message-{thread.calls}",
        where=message.where,
        at=at,
        since=max(0.0, at - generated) if generated else 0.0,
        inferred=inferred,
        lacked=frozenset({RESPONSE_ID}) if inferred else frozenset(),
        truncated=frozenset({MESSAGES}) if said.get("context_truncation") else frozenset(),
        original=said,
    )
    usage: JSONObject = {"usage": said["usage"]} if "usage" in said else {}
    spoken = next(iter(_native(said)), None)
    return thread.answered(raw if not inferred else chat_completion(spoken, usage), told)


def _native(said: JSONObject) -> list[JSON]:
    """Return the message as the agent's model sees it; what the user does with tools of its own it does not see."""
    role, content = text(said.get("role")), said.get("content")
    if role == "tool":
        seen: list[JSON] = [{"role": role, "tool_call_id": said.get("id"), "content": content}]
        return [] if said.get("requestor") == "user" else seen
    asked = records(said.get("tool_calls"))
    if role == "user" and asked:
        return []
    calls: list[JSON] = [
        {"id": one.get("id"), "type": "function", "function": {"name": one.get("name"), "arguments": _text(one)}}
        for one in asked
    ]
    return [{"role": role, "content": content} | ({"tool_calls": calls} if calls else {})]


def _text(call: JSONObject) -> str:
    return compact(call.get("arguments")).decode()
