"""What a task of LangGraph asked a person, and the answers by which it was resumed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pytest_oao.importers.langgraph_places import Place, listed
from pytest_oao.importers.langgraph_threads import Checkpoint, Write
from pytest_oao.importers.observations import ObservedCall, Question, Value
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import MESSAGES
from pytest_oao.providers.fields import record

INTERRUPT = "__interrupt__"
NOBODY = "00000000-0000-0000-0000-000000000000"
"""The task of what was written for whichever task waits."""
_RESUME = "__resume__"


def people_of(writes: Sequence[Write], place: Place) -> Iterator[ObservedCall]:
    """Yield what a task asked a person, and the answers by which it was resumed.

    A task that asks twice runs again from its beginning: of the questions before its last, only the answers are kept.
    """
    asked = [one for write in writes if write.channel == INTERRUPT for one in listed(write.value)]
    answers = _answers(writes)
    early = len(answers) if _waits(writes, place.after) else max(0, len(answers) - len(asked))
    for number, (write, answer) in enumerate(answers):
        known = number >= early
        question = record(asked[number - early]).get("value") if known else None
        told: JSONObject = {"question": question, "answer": answer}
        name = f"{place.checkpoint.id}/{place.task}/answer/{number}"
        lacked = frozenset[str]() if known else frozenset({MESSAGES})
        yield place.observed(name, write, Question("", "interrupt", told), Value(answer), lacked, told)


def waiting_for(last: Checkpoint) -> list[JSON]:
    """Return what the tasks of a thread's last superstep asked, and nobody has answered."""
    tasks: dict[str, list[Write]] = defaultdict(list)
    for write in last.writes:
        tasks[write.task].append(write)
    waiting = [one for writes in tasks.values() if _waits(writes, None) for one in writes if one.channel == INTERRUPT]
    return [record(one).get("value") for write in waiting for one in listed(write.value)]


def _waits(writes: Sequence[Write], after: Checkpoint | None) -> bool:
    """Whether a task has not ended: it wrote nothing, and nothing followed."""
    return after is None and all(write.channel.startswith("__") for write in writes)


def _answers(writes: Sequence[Write]) -> list[tuple[Write, JSON]]:
    """Return the answers that a task was given, the last of which stands apart, and may not be among the others."""
    found = [
        (write, one)
        for write in writes
        if write.channel == _RESUME and write.task != NOBODY
        for one in listed(write.value)
    ]
    for write in writes:
        if write.channel == _RESUME and write.task == NOBODY and (not found or found[-1][1] != write.value):
            found.append((write, write.value))
    return found
