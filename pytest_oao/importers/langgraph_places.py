"""Where a call of a LangGraph thread stands: at a checkpoint, in a task."""

from dataclasses import dataclass

from pytest_oao.importers.langgraph_threads import Checkpoint, Write
from pytest_oao.importers.observations import Asked, Came, ObservedCall
from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.provenance import MESSAGES

ROOT = "thread"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call stands."""

    checkpoint: Checkpoint
    after: Checkpoint | None
    task: str
    number: int

    def observed(
        self, name: str, write: Write, asked: Asked, came: Came | None, lacked: frozenset[str], original: JSON
    ) -> ObservedCall:
        """Return a call of this place."""
        begun = self.checkpoint.moment
        return ObservedCall(
            id=name,
            where=write.where,
            asked=asked,
            came=came,
            parent=graph_name(self.checkpoint.namespace),
            started_at=begun,
            ended_at=max(begun, self.after.moment if self.after else begun),
            order=(self.checkpoint.id, self.number, write.number),
            lacked=lacked,
            inferred=frozenset({MESSAGES}) if isinstance(asked, ModelRequest) else frozenset(),
            original=original,
        )


def graph_name(namespace: str) -> str:
    """Return what the scope of a graph is called."""
    return f"graph {namespace}" if namespace else ROOT


def listed(value: JSON) -> list[JSON]:
    """Return a list as it is, and anything else as the one item of one."""
    return value if isinstance(value, list) else [value]
