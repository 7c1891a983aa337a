"""Which model call asked for a tool: by the id of the tool call, else by the tool's name and its arguments."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from pytest_oao.model.attributes import CALL_ID, TOOL_NAME
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import AGENT, MCP, MODEL, TOOL, runs_a_tool
from pytest_oao.model.outcomes import Raised
from pytest_oao.ports import Reply, ToolCall
from pytest_oao.providers.description import reply
from pytest_oao.providers.payloads import loads
from pytest_oao.runtime.late import Late

_TOOL, _FUNCTION = b"tool", b"unction"
"""One of them stands in whatever a model API calls this: `tool_calls`, `tool_use`, `toolUse`, `functionCall`, …."""
_RECENT = 16
"""Answers of models that are looked through: an agent runs a tool soon after it was asked for, or not at all."""
_UNSEEN = 64
"""Calls that are taken note of before they are looked at."""


class _Asked(NamedTuple):
    """A tool call that a model asked for, and what it said besides."""

    seq: int
    call: ToolCall
    said: Reply


class Noted:
    """A settled call that is to be looked at. Whoever finds first that it asks for nothing lets go of it.

    That needs no lock, and the thread that writes can do it: it must take none that is held while calls are made.
    """

    __slots__ = ("exchange",)

    def __init__(self, exchange: Late[Exchange]) -> None:
        self.exchange: Late[Exchange] | None = exchange

    def whole(self) -> Exchange:
        """Return it, the first time."""
        assert self.exchange is not None
        exchange = self.exchange.whole()
        if not asks(exchange):
            self.exchange = None
        return exchange


class Causes:
    """The latest answers of models, read when a tool is run, and the tool calls in them that nothing has run yet."""

    def __init__(self) -> None:
        self._noted: deque[Noted] = deque()
        self._answers: deque[Exchange] = deque(maxlen=_RECENT)
        self._asked: deque[_Asked] = deque(maxlen=_RECENT * 16)
        self._ran: deque[_Asked] = deque(maxlen=_RECENT)
        """Tool calls that were run: a tool that is tried again is run by the same id."""

    def add(self, exchange: Exchange) -> None:
        """Take note of a settled call."""
        if asks(exchange):
            self._answers.append(exchange)

    def note(self, settled: "Noted") -> None:
        """Take note of a settled call, which is looked at when a tool is run, or there are many."""
        self._noted.append(settled)
        if len(self._noted) >= _UNSEEN:
            self._look()

    def _look(self) -> None:
        while True:
            try:
                settled = self._noted.popleft()
            except IndexError:  # a signal's handler may run a tool, too
                return
            if (late := settled.exchange) is not None:
                self.add(late.whole())

    def attributed(self, call: Call) -> tuple[Call, Reply]:
        """Return a tool's call with the exchange that asked for it, and the id that it was asked by, if found.

        And what the model said when it asked.
        """
        self._look()
        self._read()
        for found in self._alike(call):
            if found in self._asked:
                self._asked.remove(found)
                self._ran.append(found)
            attributes = dict(call.attributes)
            if found.call.id:
                attributes.setdefault(CALL_ID, found.call.id)
            return replace(call, caused_by=found.seq, attributes=attributes), found.said
        return call, Reply()

    def _read(self) -> None:
        while self._answers:
            exchange = self._answers.popleft()
            said = reply(exchange.call, exchange.outcome)
            self._asked.extend(_Asked(exchange.seq, one, said) for one in said.tool_calls)

    def _alike(self, call: Call) -> Iterator["_Asked"]:
        """Yield what may have asked for a call, the surest first; of equals, what was asked first."""
        number = call.attributes.get(CALL_ID)
        name = call.attributes.get(TOOL_NAME, call.target)
        named = [one for one in self._asked if one.call.name == name]
        if number is not None:
            yield from [one for one in _latest_first(self._asked, self._ran) if one.call.id == number]
            named = [one for one in named if not one.call.id]  # a framework made an id up, where the model gave none
        arguments = _given(call)
        yield from [one for one in named if _arguments(one.call) == arguments]
        yield from named


def is_asked_for(call: Call) -> bool:
    """Whether a call is one that a model asks for: of a tool that runs for another one, that one is."""
    return call.kind == AGENT or (runs_a_tool(call) and (call.kind == TOOL or call.parent is None))


def _latest_first(*asked: deque[_Asked]) -> Iterator[_Asked]:
    """Yield tool calls, of each list the latest first: models that number them anew in each answer reuse the ids."""
    for one in asked:
        yield from reversed(one)


def _given(call: Call) -> JSON:
    body = loads(call.body.data)
    return body.get("arguments") if call.kind == MCP and isinstance(body, dict) else body


def asks(exchange: Exchange) -> bool:
    """Whether a call's answer may ask for a tool; all others need not be kept."""
    outcome = exchange.outcome
    if exchange.call.kind not in MODEL or isinstance(outcome, Raised):
        return False
    data = outcome.body.data
    return _TOOL in data or _FUNCTION in data


def _arguments(asked: ToolCall) -> JSON:
    return loads(asked.arguments.encode())
