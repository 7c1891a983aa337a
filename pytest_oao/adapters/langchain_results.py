"""What a LangChain tool is given and what it returns ⇄ plain data.

A tool that hands over to another agent returns a Command that holds the messages it was given by the framework. They
are kept as references into that state: the run that is replayed has messages of its own, with ids of its own.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pytest_oao.model.jsontypes import JSON
from pytest_oao.values.decoding import decode
from pytest_oao.values.encoding import encode
from pytest_oao.values.references import Reference, written
from pytest_oao.values.unkept import Unreadable

_SCALARS = (str, int, float, bytes, type(None))
_DEEPEST = 6
"""Levels of injected state that are looked through for what a result hands back."""
_ABSENT: Any = object()


class Given:
    """What a tool is given: by the model, and by the framework: state, a store, the run's context."""

    __slots__ = ("_places", "agent", "arguments", "call_id", "injected")

    def __init__(self, tool: Any, tool_input: Any, call_id: str | None, config: Any = None) -> None:
        self.call_id = call_id
        self.agent = _agent(config)
        """The name that `create_agent` was given, if it was."""
        self.arguments: Mapping[str, Any] = {"tool_input": tool_input}
        self.injected: Mapping[str, Any] = {}
        if isinstance(tool_input, dict):
            self.arguments = _told_by_model(tool, tool_input)
            self.injected = {name: value for name, value in tool_input.items() if name not in self.arguments}
        answer = _resumed_with(config)
        if answer is not None:
            self.arguments = {**self.arguments, "interrupt()": answer}
        self._places: _Places | None = None

    def look_around(self) -> None:
        """Take note of what is injected, before the tool may change it."""
        self._places = _Places(self.injected) if self.injected else None

    def keep(self, result: Any) -> JSON:
        """Return a result as plain data, with references to what was injected; raises Unkept."""
        if self._places is None or isinstance(result, _SCALARS):
            return encode(result)
        return encode(_rebuilt(result, self._places.reference))

    def revive(self, data: JSON) -> Any:
        """Return the result that plain data stands for; raises Unreadable."""
        return _rebuilt(decode(data), self._found)

    def _found(self, value: Any) -> Any:
        if not isinstance(value, Reference):
            return _ABSENT
        found: Any = self.injected
        for step in value.path:
            found = _part(found, step)
            if found is _ABSENT:
                raise Unreadable(f"it hands back {written(value)}, which it is not given any more")
        return found

    def named(self, result: Any, recorded_id: JSON) -> Any:
        """Return a result whose messages answer this tool call; frameworks make up ids where a model gives none."""
        if recorded_id == self.call_id or self.call_id is None or isinstance(result, _SCALARS):
            return result

        def answering(value: Any) -> Any:
            if getattr(value, "tool_call_id", None) != recorded_id:
                return _ABSENT
            return value.model_copy(update={"tool_call_id": self.call_id})

        return _rebuilt(result, answering)


def _told_by_model(tool: Any, tool_input: dict[str, Any]) -> Mapping[str, Any]:
    """Return the arguments that are not injected; before langchain-core 1.1 those in the model's schema are."""
    tell = getattr(tool, "_filter_injected_args", None)
    if tell is not None:
        told: Mapping[str, Any] = tell(tool_input)
        return told
    schema = tool.tool_call_schema
    known = schema.get("properties", ()) if isinstance(schema, dict) else schema.model_fields
    return {name: value for name, value in tool_input.items() if name in known}


def _agent(config: Any) -> str:
    """Return the name of the agent that runs, as `create_agent(name=)` tells it to what it runs; empty without."""
    return str(((config or {}).get("metadata") or {}).get("lc_agent_name") or "")


def _resumed_with(config: Any) -> Any:
    """Return the answer by which LangGraph was resumed, None where it was not: the tool may have asked for it.

    Answers by the ids of interrupts are not told: an interrupt that is answered from the record has its recorded id.
    """
    known = (config or {}).get("configurable") or {}
    scratchpad = known.get("__pregel_scratchpad")
    if scratchpad is None or known.get("__pregel_resume_map"):
        return None
    return scratchpad.get_null_resume(False)


Path = tuple[str, ...]


class _Places:
    """Where in what was injected a value stands."""

    def __init__(self, injected: Mapping[str, Any]) -> None:
        self._by_identity: dict[int, tuple[Path, list[int]]] = {}
        self._by_id: dict[str, tuple[Path, Any]] = {}
        for name, value in injected.items():
            self._add(value, (name,))

    def _add(self, value: Any, path: Path) -> None:
        if isinstance(value, _SCALARS) or id(value) in self._by_identity:
            return
        self._by_identity[id(value)] = path, _content(value)
        if isinstance(number := getattr(value, "id", None), str):
            self._by_id.setdefault(number, (path, value))
        if len(path) < _DEEPEST:
            for step, part in _parts(value):
                self._add(part, (*path, step))

    def reference(self, value: Any) -> Any:
        """Return a reference to a value that was injected and is as it was, also to a message that was copied."""
        if isinstance(value, _SCALARS):
            return _ABSENT
        path, content = self._by_identity.get(id(value), (None, None))
        if path is not None and content == _content(value):
            return Reference(path)
        number = getattr(value, "id", None)
        path, known = self._by_id.get(number, (None, None)) if isinstance(number, str) else (None, None)
        return _ABSENT if path is None or known != value else Reference(path)


def _content(value: Any) -> list[int]:
    return [id(part) for _, part in _parts(value)]


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a value of plain collections, of a state's class or of a runtime's holds."""
    if isinstance(value, Mapping):
        yield from ((key, part) for key, part in value.items() if isinstance(key, str))
    elif isinstance(value, list | tuple):
        yield from ((str(index), part) for index, part in enumerate(value))
    elif is_dataclass(value):
        yield from ((one.name, getattr(value, one.name, None)) for one in fields(value))
    elif hasattr(type(value), "model_fields"):
        yield from vars(value).items()


def _part(value: Any, step: str) -> Any:
    return next((part for key, part in _parts(value) if key == step), _ABSENT)


def _rebuilt(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return a result with each part changed that `change` returns something for; all others are left alone."""
    changed = change(value)
    if changed is not _ABSENT:
        return changed
    if type(value) is dict:
        return {key: _rebuilt(part, change) for key, part in value.items()}
    if type(value) in {list, tuple}:
        return type(value)(_rebuilt(part, change) for part in value)
    if type(value).__module__ == "langgraph.types":
        return _renewed(value, change)
    return value


def _renewed(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return a Command, a Send or an Overwrite with its parts changed."""
    names = [one.name for one in fields(value)] if is_dataclass(value) else type(value).__slots__
    made = copy.copy(value)
    for name in names:
        object.__setattr__(made, name, _rebuilt(getattr(value, name), change))
    return made
