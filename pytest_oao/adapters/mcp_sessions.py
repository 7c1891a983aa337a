"""MCP 2.x client sessions: every request passes the dispatcher below them, above any transport."""

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, cast

from pytest_oao.adapters.mcp_asking import Request, asked, opened
from pytest_oao.adapters.mcp_connections import spoken_to
from pytest_oao.adapters.mcp_conversations import PROGRESS, UNFINISHED, Conversation, Handler, Heard, Talk
from pytest_oao.adapters.mcp_elicitation import ask_people
from pytest_oao.adapters.mcp_messages import Params, call_of
from pytest_oao.adapters.patching import Patches
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.runtime.lanes import perform, performing
from pytest_oao.runtime.running import current

_LISTEN = "subscriptions/listen"
_SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId"
_CORRELATED = frozenset({PROGRESS, "notifications/cancelled"})
"""Notifications about one message, which its sender hears of by another way."""


class McpSessions:
    """Patches `ClientSession.__init__` of MCP 2.x: the session's dispatcher is wrapped."""

    name = "mcp"
    modules = ("mcp.client.session",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch the session class, unless it is that of MCP 1.x."""
        patches = Patches()
        if "mcp.shared.dispatcher" in sys.modules:
            patches.wrap(sys.modules[module].ClientSession, "__init__", _begin)
        return patches.undo


def _begin(original: Callable[..., None]) -> Callable[..., None]:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - it stands for one
        original(self, *args, **kwargs)
        if not isinstance(self._dispatcher, RecordedDispatcher):
            nowhere = spoken_to(getattr(self._dispatcher, "_write_stream", None))
            self._dispatcher = RecordedDispatcher(self._dispatcher, self, Talk(nowhere))
            ask_people(self)

    return __init__


class RecordedDispatcher:
    """The dispatcher of a client session; what the session asks and answers passes the gateway."""

    def __init__(self, inner: Any, session: Any, talk: Talk) -> None:
        self._inner, self._session, self._talk = inner, session, talk
        self._on_request: Callable[..., Any]
        self._on_notify: Callable[..., Any]
        self._intercept: Callable[..., bool] = _consumes_nothing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def send_raw_request(self, method: str, params: Params | None, opts: Any = None, **related: Any) -> Any:
        """Return the result of a request of the client."""
        gateway = current()
        if gateway is None or performing():
            return await self._inner.send_raw_request(method, params, opts, **related)
        options: dict[str, Any] = dict(opts or {})

        async def ask(conversation: Conversation) -> JSON:
            on_progress = conversation.progress(options.get("on_progress"))
            told = options if on_progress is None else {**options, "on_progress": on_progress}
            result: JSON = await self._inner.send_raw_request(method, params, told, **related)
            return result

        call = call_of(method, params, gateway.lane.path)
        subscription = options.get("request_id") if method == _LISTEN else None
        return await asked(self._talk, gateway, Request(call, ask, partial(self._deliver, options), subscription))

    async def notify(self, method: str, params: Params | None, opts: Any = None, **related: Any) -> None:
        """Notify the server; where all is answered from the record there is none."""
        if not opened(current()):
            return
        if self._talk.greetings:
            self._talk.greetings.append(lambda: self._inner.notify(method, params, opts, **related))
            return
        with perform():
            await self._inner.notify(method, params, opts, **related)

    async def run(self, on_request: Any, on_notify: Any, *intercept: Any, **options: Any) -> None:
        """Hear the server until the connection ends."""
        self._on_request, self._on_notify = on_request, on_notify
        if intercept and intercept[0] is not None:
            self._intercept, intercept = intercept[0], (self._intercepted, *intercept[1:])
        with perform():
            await self._inner.run(self._requested, self._notified, *intercept, **options)

    async def _requested(self, context: Any, method: str, params: Params | None) -> Any:
        conversation = self._talk.about()
        handle = partial(self._on_request, context, method, params)
        if conversation is None or method == "ping":
            return await handle()
        return await conversation.requested(conversation.hear(method, params), handle, _result)

    async def _notified(self, context: Any, method: str, params: Params | None) -> None:
        handle = partial(self._on_notify, context, method, params)
        conversation = self._talk.subscribed(_subscription(params))
        if conversation is not None:  # kept where it was intercepted
            await conversation.notified(conversation.aside({"method": method}), handle)
            return
        conversation = self._talk.about()
        if conversation is None or method in _CORRELATED or not self._is_heard(method):
            await handle()
            return
        await conversation.notified(conversation.hear(method, params), handle)

    def _intercepted(self, method: str, params: Params | None) -> bool:
        """Keep what came for a subscription, in the order in which it came."""
        conversation = self._talk.subscribed(_subscription(params))
        if conversation is not None:
            conversation.hear(method, params)
        return self._intercept(method, params)

    def _is_heard(self, method: str) -> bool:
        """Whether the agent has something that hears such a notification."""
        session, defaults = self._session, sys.modules["mcp.client.session"]
        by_all = session._message_handler is not defaults._default_message_handler  # noqa: SLF001
        logs = session._logging_callback is not defaults._default_logging_callback  # noqa: SLF001
        bound = method in getattr(session, "_notification_bindings", ())
        return by_all or bound or (method == "notifications/message" and logs)

    async def _deliver(self, options: Mapping[str, Any], conversation: Conversation, message: JSONObject) -> None:
        """Have the agent hear what the server said when it was recorded."""
        method: Any = message["method"]
        params: Any = message.get("params")
        if conversation.subscription is not None:
            params = {**params, "_meta": {**params["_meta"], _SUBSCRIPTION: conversation.subscription}}
            if self._intercepted(method, params):
                return
        handled = self._handled(options, conversation, conversation.hear(method, params))
        if UNFINISHED not in message:
            await handled()
            return
        with perform():  # a task that is no strand of the agent's
            self._session._task_group.start_soon(_contained(handled))  # noqa: SLF001 - where it was done, too

    def _handled(self, options: Mapping[str, Any], conversation: Conversation, heard: Heard) -> Handler:
        method, params = str(heard.message["method"]), cast("Any", heard.message.get("params"))
        context = _Context(conversation.admission.seq)
        if method == PROGRESS:
            on_progress = options.get("on_progress", _hears_nothing)
            told = partial(on_progress, params["progress"], params["total"], params["message"])
            return partial(conversation.notified, heard, told)
        if method.startswith("notifications/"):
            return partial(conversation.notified, heard, partial(self._on_notify, context, method, params))
        return partial(conversation.requested, heard, partial(self._on_request, context, method, params), _result)


class _Context:
    """Stands for the dispatcher's side of a recorded message."""

    def __init__(self, request_id: int) -> None:
        self.request_id = request_id


def _contained(handle: Handler) -> Handler:
    """Return a handler of which nobody hears what it raises, as the library has it for messages of the server."""

    async def contained() -> None:
        with suppress(Exception):
            await handle()

    return contained


def _result(result: JSON) -> JSONObject:
    return {"result": result}


async def _hears_nothing(*_: object) -> None:
    """Hear progress that the agent does not ask for any more."""


def _consumes_nothing(_method: str, _params: Params | None) -> bool:
    return False


def _subscription(params: Params | None) -> object:
    meta = (params or {}).get("_meta")
    return meta.get(_SUBSCRIPTION) if isinstance(meta, dict) else None
