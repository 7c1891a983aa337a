"""What an MCP server says while a request of the client is under way: requests of its own, and notifications.

They are part of what came back for that request. In replay the client hears them again, in the recorded order, before
it gets the result; what it answers is a call of its own, which must be the recorded one.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter
from typing import Any

from pytest_oao.adapters.mcp_connections import Nowhere
from pytest_oao.adapters.mcp_errors import error_data
from pytest_oao.adapters.mcp_messages import answer_of, outcome_of
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import Raised, Returned
from pytest_oao.runtime.gateway import Admission, Gateway
from pytest_oao.runtime.lanes import Lane, called_back, in_lane

Handler = Callable[[], Awaitable[Any]]
Progress = Callable[[float, float | None, str | None], Awaitable[None]]

PROGRESS = "notifications/progress"


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

    def hear(self, method: str, params: Mapping[str, Any] | None) -> None:
        """Keep what the server says."""
        self._times.append(perf_counter() - self.admission.clock)
        self._said.append({"method": method} if params is None else {"method": method, "params": dict(params)})

    def came_to(self, end: JSON | Raised) -> None:
        """Keep how the request ended."""
        self._times.append(perf_counter() - self.admission.clock)
        self.gateway.settle(self.admission, outcome_of(self._said, self._times, end))

    async def requested(self, method: str, handle: Handler, answer_in: Callable[[Any], JSONObject]) -> Any:
        """Have the agent answer a request of the server; its answer, a call, passes the gateway.

        `answer_in` tells the answer from what `handle()` returns, which is returned.
        """
        if self.is_over:
            return await handle()
        with in_lane(self._strand()), called_back():
            try:
                handled = await handle()
            except Exception as error:
                self._told(method, {"error": error_data(error)})
                raise
            self._told(method, answer_in(handled))
        return handled

    async def notified(self, handle: Handler) -> None:
        """Have the agent hear a notification."""
        if self.is_over:
            await handle()
            return
        with in_lane(self._strand()), called_back():
            await handle()

    def progress(self, on_progress: Progress | None) -> Progress | None:
        """Return a callback that keeps what the server tells of its progress, and has the agent hear of it."""
        if on_progress is None:
            return None

        async def heard(progress: float, total: float | None, message: str | None) -> None:
            self.hear(PROGRESS, {"progress": progress, "total": total, "message": message})
            await self.notified(lambda: on_progress(progress, total, message))

        return heard

    def _strand(self) -> Lane:
        """Start the strand on which the agent hears one thing; that of the request waits meanwhile."""
        lane = self._lane.child()
        lane.site = self.admission.call.site or lane.site
        return lane

    def _told(self, method: str, answer: JSONObject) -> None:
        admission = self.gateway.admit(answer_of(method, answer, self.gateway.lane.path))
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
