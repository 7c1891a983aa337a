"""OpenHands trajectories: the events of an agent, those of its actions with the model's answers that they came from."""

from collections.abc import Iterable, Iterator, Sequence

from pytest_oao.errors import OaoError, UnknownFormat
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.json_records import records_of
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import Observation, ObservedCall, Value
from pytest_oao.importers.transcripts import RUN, UNTOLD, Thread, Told, run_scope
from pytest_oao.model.apis import CHAT
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.provenance import CHUNKS, EARLIER, EXACT_BYTES, HTTP, MESSAGES, SYSTEM, TOOLS
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import record, records, text

_REMEDY = (
    "Its events are actions without the model's answers. Set log_completions = true under [llm] of config.toml, run it "
    "again, and import the files below log_completions_folder; or use an agent that calls functions."
)


class OpenHands:
    """A trajectory (`save_trajectory_path`), or the `output.jsonl` of an evaluation."""

    name = "openhands"
    lacked = (CHUNKS, EXACT_BYTES, HTTP)

    def sniff(self, head: bytes) -> bool:
        """Whether it has events, or a run with its events."""
        seen = glimpse(head)
        events = seen.has("id", "timestamp", "source") and bool(seen.keys & {"action", "observation"})
        return events or seen.has("instruction", "history.content", "history.action")

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each run."""
        source = Source(self.name, dump.source, self.lacked)
        for name, events in _runs(dump):
            try:
                yield session_of_run(name, _observed(events, dump.source), source)
            except OaoError as error:
                yield error


def _runs(dump: Dump) -> Iterator[tuple[str, list[Part]]]:
    """Yield the events of each run: of a trajectory all are one's."""
    alone: list[Part] = []
    for item in records_of(dump):
        if isinstance(record(item.json()).get("history"), list):
            yield text(item["instance_id"].json()), _flat(item["history"].items())
        else:
            alone.append(item)
    if alone:
        yield "", alone


def _flat(history: Iterable[Part]) -> list[Part]:
    """Return the events; older evaluations have pairs of an action and an observation."""
    return [event for one in history for event in (one.items() if isinstance(one.value, list) else [one])]


def _observed(events: Sequence[Part], source: str) -> Iterator[Observation]:
    if not any(_response(record(event.json())) for event in events):
        where = next((event.where for event in events), source)
        raise UnknownFormat("an OpenHands run without the model's answers", where=where, remedy=_REMEDY)
    turns = [said for event in events if (said := _said(record(event.json())))]
    yield run_scope(events[0].where, turns, {})
    thread = Thread(CHAT, scope=RUN, lacked=UNTOLD | {SYSTEM, TOOLS})
    seen: set[str] = set()
    for event in events:
        yield from _calls(event, thread, seen)


def _calls(event: Part, thread: Thread, seen: set[str]) -> Iterator[ObservedCall]:
    """Yield what an event tells of: an answer with the first of its actions, a tool with what was observed."""
    told = record(event.json())
    at = moment(told.get("timestamp"))
    response = _response(told)
    name = text(response.get("id"))
    if response and name not in seen:
        seen.add(name)
        yield _answered(event, response, thread)
    if "observation" in told:
        yield from _ran(event, thread)
    elif told.get("action") == "system":
        _instruct(told, thread)
    elif str(told.get("action")).startswith("condensation"):
        thread.lacked |= {EARLIER}
    elif said := _said(told):
        thread.say([{"role": "user", "content": said}], at)


def _answered(event: Part, response: JSONObject, thread: Thread) -> ObservedCall:
    thread.model = text(response.get("model"))
    told = Told(
        id=text(response.get("id")),
        where=event.where,
        at=moment(event["timestamp"].json()),
        truncated=frozenset({MESSAGES}) if thread.calls else frozenset(),  # results as the model saw them
        original=event.json(),
    )
    one = thread.answered(response, told)
    thread.say(record(choice).get("message") for choice in records(response.get("choices"))[:1])
    return one


def _ran(event: Part, thread: Thread) -> Iterator[ObservedCall]:
    told = record(event.json())
    name = text(record(told.get("tool_call_metadata")).get("tool_call_id"))
    seen = Told(id="", where=event.where, at=moment(told.get("timestamp")), original=told)
    ran = thread.ran(name, Value(told.get("content")), seen)
    yield from [ran] if ran else []
    if name:
        thread.say([{"role": "tool", "tool_call_id": name, "content": told.get("content")}], seen.at)


def _instruct(told: JSONObject, thread: Thread) -> None:
    """Take the system prompt and the tools, which newer versions begin with."""
    arguments = record(told.get("args"))
    thread.say([{"role": "system", "content": arguments.get("content")}])
    thread.lacked -= {SYSTEM}


def _response(told: JSONObject) -> JSONObject:
    return record(record(told.get("tool_call_metadata")).get("model_response"))


def _said(told: JSONObject) -> str:
    """Return what the user says in an event, empty where it is another's."""
    return text(record(told.get("args")).get("content")) if (told.get("source"), told.get("action")) == _USER else ""


_USER = ("user", "message")
