"""tau-bench: a list of trajectories, each the messages of one task's agent as OpenAI's API has them."""

from collections.abc import Iterator, Sequence

from pytest_oao.errors import OaoError
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.formats import Format
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.http_files import slug
from pytest_oao.importers.observations import Observation, ObservedCall, Value
from pytest_oao.importers.reading import sessions_of_each
from pytest_oao.importers.transcripts import RUN, UNTOLD, Thread, Told, chat_completion, run_scope
from pytest_oao.model.apis import CHAT
from pytest_oao.model.provenance import (
    CHUNKS,
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

_LACKED = UNTOLD | {MODEL, TOOLS, RESPONSE_ID, USAGE}


class TauBench(Format):
    """What tau-bench's `run.py` writes into its `--log-dir`."""

    name = "tau-bench"
    lacked: tuple[str, ...] = (TIMING, CHUNKS, EXACT_BYTES, HTTP)

    def sniff(self, head: bytes) -> bool:
        """Whether it has a task's trajectory."""
        return glimpse(head).record_has("task_id", "traj.role")

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each task and trial."""
        return sessions_of_each(dump, self, f"{slug(dump.source)}-")

    def run_of(self, record: Part) -> str:
        """Return which task of the benchmark it is, and which attempt of it."""
        return f"task-{record['task_id'].scalar()}-trial-{record['trial'].scalar() or '0'}"

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield the calls of the model and of the tools, in the order of the messages."""
        for run in records:
            told = {name: run[name].json() for name in ("task_id", "trial", "reward")}
            turns = [one["content"].text("") for one in run["traj"].items() if one["role"].value == "user"]
            yield run_scope(run.where, turns, told)
            yield from _calls(run["traj"].items())


def _calls(messages: Sequence[Part]) -> Iterator[ObservedCall]:
    """Yield a call for each answer of the model, and for each result of a tool."""
    thread = Thread(CHAT, scope=RUN, lacked=_LACKED)
    for place, message in enumerate(messages):
        inferred = frozenset({FINISH_REASON}) if message["role"].value == "assistant" else frozenset[str]()
        told = Told(id=f"message-{place}", where=message.where, inferred=inferred, original=message.json())
        if inferred:
            yield thread.answered(chat_completion(message.json()), told)
        elif message["role"].value == "tool":
            ran = thread.ran(message["tool_call_id"].text(""), Value(message["content"].json()), told)
            yield from [ran] if ran else []
        thread.say([message.json()])
