"""What a task of LangGraph asked a person, and the answers by which it was resumed."""

from collections.abc import Iterator, Sequence

from pytest_oao.importers.langgraph_places import Place, listed
from pytest_oao.importers.langgraph_threads import Write
from pytest_oao.importers.observations import Observed, Question, Value
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import MESSAGES
from pytest_oao.providers.fields import record

INTERRUPT = "__interrupt__"
NOBODY = "00000000-0000-0000-0000-000000000000"
"""The task of what was written for whichever task waits."""
_RESUME = "__resume__"


def people_of(writes: Sequence[Write], place: Place) -> Iterator[Observed]:
    """Yield what a task asked a person, and the answers by which it was resumed.

    A task that asks twice runs again from its beginning: of the questions before its last, only the answers are kept.
    """
    asked = [(write, one) for write in writes if write.channel == INTERRUPT for one in listed(write.value)]
    answers = _answers(writes)
    done = place.after is not None or any(not write.channel.startswith("__") for write in writes)
    early = max(0, len(answers) - (len(asked) if done else 0))
    for number, (write, answer) in enumerate(answers):
        known = number >= early
        question = record(asked[number - early][1]).get("value") if known else None
        told: JSONObject = {"question": question, "answer": answer}
        name = f"{place.checkpoint.id}/{place.task}/answer/{number}"
        lacked = frozenset[str]() if known else frozenset({MESSAGES})
        yield place.observed(name, write, Question("", "interrupt", told), Value(answer), lacked, told)
    for number, (write, one) in enumerate(asked[len(answers) - early :]):
        told = {"question": record(one).get("value")}
        name = f"{place.checkpoint.id}/{place.task}/question/{number}"
        yield place.observed(name, write, Question("", "interrupt", told), None, frozenset(), one)


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
