"""What is known of a LangGraph thread as a whole, and of the graphs inside it."""

from collections.abc import Mapping, Sequence

from pytest_oao.importers import langchain_messages
from pytest_oao.importers.langgraph_people import waiting_for
from pytest_oao.importers.langgraph_places import ROOT, graph_name
from pytest_oao.importers.langgraph_threads import START, Checkpoint, Thread
from pytest_oao.importers.observations import Scope
from pytest_oao.model.jsontypes import JSON
from pytest_oao.providers.fields import record, records, text

_ERROR = "__error__"
_OWN = frozenset({"source", "step", "parents", "writes", "thread_id", "checkpoint_ns", "checkpoint_id", "run_id"})
"""What LangGraph itself keeps of a checkpoint, and a team knows nothing by."""


def scope_of(namespace: str, chain: Sequence[Checkpoint], thread: Thread) -> Scope:
    """Return a graph's run: the whole thread's, or that of a node which is a graph."""
    if namespace:
        around, _, last = namespace.rpartition("|")
        node = last.partition(":")[0]
        known = around if around in thread.chains else ""
        return Scope(id=graph_name(namespace), where=thread.where, parent=graph_name(known), name=node, agent=node)
    return Scope(
        id=ROOT,
        where=thread.where,
        started_at=chain[0].moment,
        ended_at=chain[-1].moment,
        input=_given(chain),
        error=_error(chain[-1]),
        metadata=_metadata(chain, thread),
        original={"thread_id": thread.id, "metadata": [one.metadata for one in chain]},
    )


def _given(chain: Sequence[Checkpoint]) -> JSON:
    """Return what the graph was given first: of messages, what the user says last."""
    first = next((one for one in chain if one.source == "input"), None)
    given = first.channels.get(START) if first is not None else None
    messages = record(given).get("messages")
    if isinstance(messages, list) and messages:
        return _said(messages[-1])
    return _said(messages) if isinstance(messages, str) else given


def _said(message: JSON) -> JSON:
    """Return the content of a message, which may be a pair of its role and it; of blocks, the texts."""
    pair = isinstance(message, list) and len(message) == 2  # noqa: PLR2004 - role and content
    content = message[1] if isinstance(message, list) and pair else message
    if isinstance(content, dict):
        content = langchain_messages.message_fields(content).get("content")
    blocks = records(content)
    return "".join(text(one.get("text")) for one in blocks) if blocks else content


def _error(last: Checkpoint) -> str:
    failed = (write.value for write in last.writes if write.channel == _ERROR)
    return next((one if isinstance(one, str) else str(one) for one in failed), "")


def _metadata(chain: Sequence[Checkpoint], thread: Thread) -> Mapping[str, JSON]:
    told: dict[str, JSON] = {}
    for one in chain:
        told |= {name: value for name, value in one.metadata.items() if _is_known_by(name)}
    waiting = waiting_for(chain[-1])
    return told | {"conversation": thread.id} | ({"waiting_for": waiting} if waiting else {})


def _is_known_by(name: str) -> bool:
    return name not in _OWN and not name.startswith(("langgraph_", "__"))
