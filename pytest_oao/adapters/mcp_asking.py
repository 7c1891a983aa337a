"""A request of an MCP client, from the call that is admitted to the result that the client gets."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

from pytest_oao.adapters.mcp_conversations import Conversation, Talk
from pytest_oao.adapters.mcp_errors import error_of, failure_of
from pytest_oao.adapters.mcp_messages import end_of, said_in
from pytest_oao.errors import OaoHalt
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.kinds import MCP
from pytest_oao.model.outcomes import Raised
from pytest_oao.runtime.awaiting import resumed
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import perform
from pytest_oao.runtime.overruns import until_cancelled, was_cancelled

_HANDSHAKE = frozenset({"initialize", "server/discover"})


class Request(NamedTuple):
    """One request, as a version of the library makes it."""

    call: Call
    ask: Callable[[Conversation], Awaitable[JSON]]
    """Asks the server."""
    deliver: Callable[[Conversation, JSONObject], Awaitable[None]]
    """Has the agent hear a message of the server again."""
    subscription: object = None
    """The id of what it subscribes to, if it does: the answer comes when that ends."""


def opened(gateway: Gateway | None) -> bool:
    """Whether transports are opened: where no session runs, and where some request of it may be performed."""
    return gateway is None or gateway.source.performs(MCP)


async def asked(talk: Talk, gateway: Gateway, request: Request) -> JSON:
    """Return the result of a request: the recorded one, or that of the server."""
    conversation = Conversation(gateway, gateway.admit(request.call, talk), request.subscription)
    await _first(conversation, gateway)
    recorded = conversation.admission.recorded
    if recorded is not None:
        if opened(gateway) and request.call.target in _HANDSHAKE:
            talk.greetings.append(lambda: request.ask(conversation))
        with talk.holding(conversation):
            return await _heard_again(talk, conversation, recorded, request)
    await _greet(talk)
    return await _performed(talk, conversation, request)


async def _first(conversation: Conversation, gateway: Gateway) -> None:
    """Wait where an idempotent tool is called as it is being called already: what that comes to answers this, too."""
    while (first := conversation.admission.awaits) is not None:
        try:
            await first.wait_async()
        except BaseException as error:
            conversation.came_to(failure_of(error))
            raise
        conversation.admission = resumed(gateway, conversation.admission)


async def _performed(talk: Talk, conversation: Conversation, request: Request) -> JSON:
    if conversation.subscription is not None:
        conversation.gateway.streams(conversation.admission, lambda: conversation.came_to(Raised("Cancelled")))
    with talk.holding(conversation), perform():
        try:
            result = await request.ask(conversation)
        except BaseException as error:
            if not isinstance(error, OaoHalt):
                conversation.came_to(failure_of(error))
            raise
        conversation.came_to(result)
    return result


async def _greet(talk: Talk) -> None:
    """Say to a server, before the first request that it really gets, what it needs to hear before."""
    greetings, talk.greetings = talk.greetings, []
    for greet in greetings:
        with perform(), suppress(Exception):  # one that refuses `server/discover` is greeted by `initialize` next
            await greet()


async def _heard_again(talk: Talk, conversation: Conversation, recorded: Exchange, request: Request) -> JSON:
    from anyio import lowlevel  # noqa: PLC0415 - mcp brings anyio

    await lowlevel.checkpoint()  # a request lets others run
    for message in said_in(recorded.outcome):
        with suppress(Exception):  # of what the agent raises the server heard, and answered what is recorded
            await request.deliver(conversation, message)
    end = end_of(recorded.outcome)
    if not isinstance(end, Raised):
        return end
    if was_cancelled(end):
        await _cancelled(talk, conversation, recorded)
    raise error_of(end, conversation.gateway)


async def _cancelled(talk: Talk, conversation: Conversation, recorded: Exchange) -> None:
    """Wait for what cancelled a request: the end of a subscription, a transport that broke, or else the agent."""
    from anyio import sleep_forever  # noqa: PLC0415

    if conversation.subscription is not None or (talk.nowhere is not None and talk.nowhere.breaks()):
        await sleep_forever()
    await until_cancelled(recorded, conversation.gateway)
