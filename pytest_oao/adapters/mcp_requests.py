"""MCP 1.x client sessions: every request passes `send_request`, what the server says methods of the receive loop."""

import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

from pytest_oao.adapters.mcp_asking import Request, asked, opened
from pytest_oao.adapters.mcp_connections import spoken_to
from pytest_oao.adapters.mcp_conversations import PROGRESS, Conversation, Progress, Talk
from pytest_oao.adapters.mcp_elicitation import ask_people
from pytest_oao.adapters.mcp_messages import call_of
from pytest_oao.adapters.patching import Patches
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.runtime.lanes import perform, performing
from pytest_oao.runtime.running import current

Method = Callable[..., Awaitable[Any]]


class McpRequests:
    """Patches `ClientSession` of MCP 1.x, and not the class that it has in common with servers' sessions."""

    name = "mcp 1"
    modules = ("mcp.client.session",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch the session class, unless it is that of MCP 2.x."""
        patches, session = Patches(), sys.modules[module].ClientSession
        if "mcp.shared.dispatcher" in sys.modules:
            return patches.undo
        patches.wrap(session, "__init__", _begin)
        patches.wrap(session, "send_request", _ask)
        patches.wrap(session, "send_notification", _notify)
        patches.wrap(session, "_received_request", _answer)
        patches.wrap(session, "_received_notification", partial(_hear, keep=True))
        patches.wrap(session, "_handle_incoming", partial(_hear, keep=False))
        return patches.undo


def _begin(original: Callable[..., None]) -> Callable[..., None]:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - it stands for one
        original(self, *args, **kwargs)
        self._oao_talk = Talk(spoken_to(self._write_stream))
        ask_people(self)

    return __init__


def _talk(session: Any) -> Talk:
    """Return what a session has under way; sessions that were begun before the patch get theirs here."""
    talk: Talk = vars(session).setdefault("_oao_talk", Talk())
    return talk


class _Plain:
    """Stands for the class of a result: the result is taken as it is."""

    @staticmethod
    def model_validate(result: JSON) -> JSON:
        """Return the JSON of the wire."""
        return result


def _ask(original: Method) -> Method:
    async def send_request(
        self: Any,
        request: Any,
        result_type: Any,
        request_read_timeout_seconds: Any = None,
        metadata: Any = None,
        progress_callback: Progress | None = None,
    ) -> Any:
        rest = (request_read_timeout_seconds, metadata)
        gateway = current()
        if gateway is None or performing():
            return await original(self, request, result_type, *rest, progress_callback)

        async def ask(conversation: Conversation) -> JSON:
            result: JSON = await original(self, request, _Plain, *rest, conversation.progress(progress_callback))
            return result

        data = request.model_dump(by_alias=True, mode="json", exclude_none=True)
        call = call_of(data["method"], data.get("params"), gateway.lane.path)
        deliver = partial(_deliver, self, progress_callback)
        return result_type.model_validate(await asked(_talk(self), gateway, Request(call, ask, deliver)))

    return send_request


def _notify(original: Method) -> Method:
    async def send_notification(self: Any, *args: Any, **kwargs: Any) -> None:
        """Notify the server; where all is answered from the record there is none."""
        if not opened(current()):
            return
        greetings = _talk(self).greetings
        if greetings:
            greetings.append(lambda: original(self, *args, **kwargs))
            return
        with perform():
            await original(self, *args, **kwargs)

    return send_notification


def _answer(original: Method) -> Method:
    async def _received_request(self: Any, responder: Any) -> None:
        conversation, request = _talk(self).about(), responder.request.root
        if conversation is None or request.method == "ping":
            with perform():
                await original(self, responder)
            return
        heard = conversation.hear(request.method, None if request.params is None else _plain(request.params))
        await conversation.requested(heard, partial(_responded, original, self, responder), _response)

    return _received_request


async def _responded(original: Method, session: Any, responder: Any) -> Any:
    """Have a request of the server handled, and return what it was answered."""
    sent: list[Any] = []
    send = responder.respond

    async def respond(response: Any) -> None:
        sent.append(response)
        await send(response)

    responder.respond = respond
    await original(session, responder)
    return sent[0] if sent else None


def _response(response: Any) -> JSONObject:
    if response is None:
        return {}
    kind = "error" if isinstance(response, sys.modules["mcp.types"].ErrorData) else "result"
    return {kind: _plain(response)}


def _hear(original: Method, *, keep: bool) -> Method:
    async def hear(self: Any, heard: Any) -> None:
        """Hear a notification, or hand it on; and whatever else is handed on."""
        conversation, method = _talk(self).about(), _method(heard)
        if conversation is None or not method or not _is_heard(self, method):
            with perform():
                await original(self, heard)
            return
        params = None if heard.root.params is None else _plain(heard.root.params)
        one = conversation.hear(method, params) if keep else conversation.aside({"method": method})
        await conversation.notified(one, partial(original, self, heard))

    return hear


def _method(heard: Any) -> str:
    """Return the method of a notification that is kept; the empty string of anything else."""
    if not isinstance(heard, sys.modules["mcp.types"].ServerNotification):
        return ""
    return "" if heard.root.method == PROGRESS else str(heard.root.method)


def _is_heard(session: Any, method: str) -> bool:
    """Whether the agent has something that hears such a notification."""
    defaults = sys.modules["mcp.client.session"]
    by_all = session._message_handler is not defaults._default_message_handler  # noqa: SLF001
    logs = session._logging_callback is not defaults._default_logging_callback  # noqa: SLF001
    return by_all or (method == "notifications/message" and logs)


async def _deliver(session: Any, on_progress: Progress | None, conversation: Conversation, message: JSONObject) -> None:
    """Have the agent hear what the server said when it was recorded."""
    method, params = str(message["method"]), cast("Any", message.get("params"))
    types = sys.modules["mcp.types"]
    if method == PROGRESS:
        heard = conversation.progress(on_progress)
        if heard is not None:
            await heard(params["progress"], params["total"], params["message"])
    elif method.startswith("notifications/"):
        notification = types.ServerNotification.model_validate(message)
        await session._received_notification(notification)  # noqa: SLF001
        await session._handle_incoming(notification)  # noqa: SLF001
    else:
        await session._received_request(_responder(session, conversation.admission.seq, message))  # noqa: SLF001


def _responder(session: Any, number: int, message: JSONObject) -> Any:
    """Return what a session answers a recorded request with: the answer goes nowhere."""
    request = sys.modules["mcp.types"].ServerRequest.model_validate(message)
    meta = request.root.params.meta if request.root.params else None
    responder = sys.modules["mcp.shared.session"].RequestResponder(number, meta, request, session, lambda _: None)

    async def respond(_response: Any) -> None:
        responder._completed = True  # noqa: SLF001 - what sending an answer does

    responder.respond = respond
    return responder


def _plain(model: Any) -> Any:
    return model.model_dump(by_alias=True, mode="json", exclude_none=True)
