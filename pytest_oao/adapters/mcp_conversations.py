"""What an MCP server says while a request of the client is under way: requests of its own, and notifications.

They are part of what came back for that request. In replay the client hears them again, in the recorded order, before
it gets the result; what it answers is a call of its own, which must be the recorded one.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter
from typing import Any, NamedTuple

from pytest_oao.adapters.mcp_connections import Nowhere
from pytest_oao.adapters.mcp_errors import error_data
from pytest_oao.adapters.mcp_messages import answer_of, outcome_of
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import Raised, Returned
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import Lane, called_back, in_lane

Handler = Callable[[], Awaitable[Any]]
Progress = Callable[[float, float | None, str | None], Awaitable[None]]

PROGRESS = "notifications/progress"
UNFINISHED = "unfinished"
"""Marks a message that the agent was still busy with when the result came: in replay, it does not wait for it."""


class Heard(NamedTuple):
    """One thing that the server said, and the strand on which the agent hears it: that of the request waits."""

    message: JSONObject
    strand: Lane
    is_late: bool = False
    """Whether the request was over: what the agent does then is not recorded, and in replay it does not hear it."""


class Conversation:
    """One request of the client, from its admission to its answer."""

    def __init__(self, gateway: Gateway, admission: Admission, subscription: object = None) -> None:
        self.gateway, self.admission = gateway, admission
        self.subscription = subscription
        """The id that notifications for this request carry, where it is one that subscribes to them."""
        self.is_over = False
        self._lane = gateway.lane
        self._said: list[JSONObject] = []
        self._times: list[float] = []
        self._being_heard: dict[int, JSONObject] = {}

    def hear(self, method: str, params: Mapping[str, Any] | None) -> Heard:
        """Keep what the server says."""
        message: JSONObject = {"method": method} if params is None else {"method": method, "params": dict(params)}
        if self.is_over:
            return Heard(message, self._lane, is_late=True)
        self._times.append(perf_counter() - self.admission.clock)
        self._said.append(message)
        return self.aside(message)

    def aside(self, message: JSONObject) -> Heard:
        """Start a strand for what is kept already."""
        lane = self._lane.child()
        lane.site = self.admission.call.site or lane.site
        return Heard(message, lane)

    def came_to(self, end: JSON | Raised) -> None:
        """Keep how the request ended."""
        self._times.append(perf_counter() - self.admission.clock)
        for message in self._being_heard.values():
            message[UNFINISHED] = True
        self.gateway.settle(self.admission, outcome_of(self._said, self._times, end))

    async def requested(self, heard: Heard, handle: Handler, answer_in: Callable[[Any], JSONObject]) -> Any:
        """Have the agent answer a request of the server; its answer, a call, passes the gateway.

        `answer_in` tells the answer from what `handle()` returns, which is returned.
        """
        with self._heard(heard):
            try:
                handled = await handle()
            except Exception as error:
                self._told(heard, {"error": error_data(error)})
                raise
            self._told(heard, answer_in(handled))
        return handled

    async def notified(self, heard: Heard, handle: Handler) -> None:
        """Have the agent hear a notification."""
        with self._heard(heard):
            await handle()

    def progress(self, on_progress: Progress | None) -> Progress | None:
        """Return a callback that keeps what the server tells of its progress, and has the agent hear of it."""
        if on_progress is None:
            return None

        async def told(progress: float, total: float | None, message: str | None) -> None:
            heard = self.hear(PROGRESS, {"progress": progress, "total": total, "message": message})
            await self.notified(heard, lambda: on_progress(progress, total, message))

        return told

    @contextmanager
    def _heard(self, heard: Heard) -> Iterator[None]:
        if heard.is_late:
            yield
            return
        self._being_heard[id(heard)] = heard.message
        try:
            with in_lane(heard.strand), called_back():
                yield
        finally:
            del self._being_heard[id(heard)]

    def _told(self, heard: Heard, answer: JSONObject) -> None:
        call = answer_of(str(heard.message["method"]), answer, heard.strand.path)
        admission = self.gateway.admit(call)
        if admission.recorded is None:
            self.gateway.settle(admission, Returned())


_HERE: ContextVar[Conversation | None] = ContextVar("oao_mcp_conversation", default=None)


class Talk:
    """All that one client session has under way."""

    def __init__(self, nowhere: Nowhere | None = None) -> None:
        self.nowhere = nowhere
        """Where its messages go in replay."""
        self.greetings: list[Handler] = []
        """What was said to the server only in the recording, for it was answered from there: the handshake."""
        self._under_way: list[Conversation] = []

    def about(self) -> Conversation | None:
        """Return the request to which what the server says belongs, None where nothing is under way.

        Over HTTP and within a process that is known; a pipe does not tell it, so there it is the oldest one.
        """
        known = _HERE.get()
        if known in self._under_way:
            return known
        return next((one for one in self._under_way if one.subscription is None), None)

    def subscribed(self, subscription: object) -> Conversation | None:
        """Return the request that subscribed under an id."""
        return next((one for one in self._under_way if one.subscription == subscription is not None), None)

    @contextmanager
    def holding(self, conversation: Conversation) -> Iterator[None]:
        """Have a request under way inside."""
        self._under_way.append(conversation)
        token = _HERE.set(conversation)
        try:
            yield
        finally:
            _HERE.reset(token)
            self._under_way.remove(conversation)
            conversation.is_over = True
