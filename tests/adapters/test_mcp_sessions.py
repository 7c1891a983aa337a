"""MCP client sessions with a server in the same process, recorded and replayed, of whichever version is installed."""

import asyncio
import threading
from contextlib import AsyncExitStack, asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anyio
import httpx
import pytest
from pydantic import BaseModel

import pytest_oao
from pytest_oao.adapters.mcp_transports import McpTransports
from pytest_oao.errors import Diverged, SeamMissing
from pytest_oao.runtime.lanes import perform

mcp = pytest.importorskip("mcp")

from mcp import ClientSession  # noqa: E402
from mcp.client import stdio  # noqa: E402

MODERN = hasattr(mcp, "Client")
if MODERN:
    import mcp_types as types
    from mcp import Client
    from mcp.server.mcpserver import Context, MCPServer
    from mcp.shared.exceptions import MCPError, UrlElicitationRequiredError
else:
    from mcp import types
    from mcp.server.fastmcp import Context
    from mcp.server.fastmcp import FastMCP as MCPServer
    from mcp.shared.exceptions import McpError as MCPError
    from mcp.shared.exceptions import UrlElicitationRequiredError
    from mcp.shared.memory import create_connected_server_and_client_session

pytestmark = [pytest.mark.usefixtures("no_engine"), pytest.mark.filterwarnings("ignore")]


class Page(BaseHTTPRequestHandler):
    count = 0

    def do_GET(self):
        Page.count += 1
        body = str(Page.count).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def page():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class Size(BaseModel):
    size: int


class Shop:
    """A server that counts what it runs."""

    def __init__(self, page=""):
        self.ran, self.page = [], page
        self.server = MCPServer("shop")
        for tool in (self.fetch, self.think, self.pings, self.forbidden, self.chatty, self.order, self.restock):
            self.server.tool()(tool)

    async def fetch(self) -> str:
        self.ran.append("fetch")
        async with httpx.AsyncClient() as client:
            return (await client.get(self.page)).text

    async def think(self, ctx: Context) -> str:
        self.ran.append("think")
        message = types.SamplingMessage(role="user", content=types.TextContent(type="text", text="well?"))
        try:
            return (await ctx.session.create_message([message], max_tokens=9)).content.text
        except MCPError as error:
            return f"refused: {error}"

    async def pings(self, ctx: Context) -> str:
        self.ran.append("pings")
        await ctx.session.send_ping()
        return "pong"

    def forbidden(self) -> str:
        self.ran.append("forbidden")
        url = types.ElicitRequestURLParams(message="log in", url="http://a/b", **{ID: "1"}, mode="url")
        raise UrlElicitationRequiredError([url])

    async def chatty(self, ctx: Context) -> str:
        self.ran.append("chatty")
        await ctx.info("one")
        await ctx.info("two")
        return "done"

    async def order(self, ctx: Context, note: str = "") -> str:
        self.ran.append("order")
        answer = await ctx.elicit(f"which size? {note}", Size)
        return f"{answer.action} {answer.data.size} {note}".strip()

    async def restock(self, ctx: Context) -> str:
        self.ran.append("restock")
        await ctx.session.send_tool_list_changed()
        return "restocked"

    @asynccontextmanager
    async def session(self, **callbacks):
        if MODERN:
            async with Client(self.server, mode="legacy", **callbacks) as client:
                yield client.session
        else:
            async with create_connected_server_and_client_session(self.server, **callbacks) as session:
                yield session


ID = "elicitation_id" if MODERN else "elicitationId"


class Twice:
    """Runs an agent twice: recorded, and answered from the record."""

    def __init__(self, folder):
        self.folder = folder

    def record(self, agent):
        with pytest_oao.record(self.folder) as session:
            value = asyncio.run(agent())
        self.journal = session.cassette
        return value

    def replay(self, agent, **kinds):
        with pytest_oao.replay(self.journal, kinds=kinds):
            return asyncio.run(agent())

    def calls(self):
        return [(one.call.kind, one.call.target) for one in pytest_oao.load(self.journal).exchanges]


@pytest.fixture
def twice(tmp_path):
    return Twice(tmp_path)


def text(result):
    return result.content[0].text


def test_a_server_in_this_process_is_opaque_and_does_not_run_in_replay(twice, page):
    shop = Shop(page)

    async def agent():
        async with shop.session() as session:
            return text(await session.call_tool("fetch", {}))

    recorded = twice.record(agent)
    assert [target for _, target in twice.calls()] == ["initialize", "tools/call fetch", "tools/list"]
    assert twice.replay(agent) == recorded
    assert shop.ran == ["fetch"]


def test_what_a_callback_calls_is_recorded_and_replayed(twice, page):
    shop, asked = Shop(), []

    async def sampling(context, params):
        asked.append(params.messages[0].content.text)
        async with httpx.AsyncClient() as client:
            said = (await client.get(page)).text
        content = types.TextContent(type="text", text=said)
        return types.CreateMessageResult(role="assistant", content=content, model="m")

    async def agent():
        async with shop.session(sampling_callback=sampling) as session:
            return text(await session.call_tool("think", {}))

    assert twice.record(agent) == twice.replay(agent)
    assert asked == ["well?", "well?"]
    kinds = [kind if kind == "http" else target for kind, target in twice.calls()]
    assert kinds[1:4] == ["tools/call think", "http", "answer sampling/createMessage"]


def test_a_callback_that_raises_is_told_to_the_server_and_again_in_replay(twice):
    shop, asked = Shop(), []

    async def sampling(context, params):
        asked.append(params)
        raise ValueError("cannot think")

    async def agent():
        async with shop.session(sampling_callback=sampling) as session:
            return text(await session.call_tool("think", {}))

    recorded = twice.record(agent)
    assert "refused" in recorded
    assert twice.replay(agent) == recorded
    assert len(asked) == 2


def test_a_callback_that_answers_otherwise_diverges(twice):
    shop, said = Shop(), ["yes"]

    async def sampling(context, params):
        content = types.TextContent(type="text", text=said[0])
        return types.CreateMessageResult(role="assistant", content=content, model="m")

    async def agent():
        async with shop.session(sampling_callback=sampling) as session:
            return text(await session.call_tool("think", {}))

    assert twice.record(agent) == "yes"
    said[0] = "no"
    with pytest.raises(Diverged) as diverged:
        twice.replay(agent)
    divergence = diverged.value.divergence
    assert (divergence.name, divergence.expected.call.target) == ("request changed", "answer sampling/createMessage")
    assert [change.path for change in divergence.explanation.changes] == ["$.result.content.text"]


def person(sizes):
    """Return a callback that answers with one size after the other."""
    left = iter(sizes)

    async def elicitation(context, params):
        return types.ElicitResult(action="accept", content={"size": next(left)})

    return elicitation


def test_what_a_person_answers_is_recorded_and_nobody_is_asked_in_replay(twice):
    shop, callback = Shop(), person([42])

    async def agent():
        async with shop.session(elicitation_callback=callback) as session:
            return text(await session.call_tool("order", {}))

    assert twice.record(agent) == twice.replay(agent) == "accept 42"
    assert ("human_input", "elicitation") in twice.calls()


def test_a_person_who_is_asked_for_real_and_answers_otherwise_diverges(twice):
    shop, callback = Shop(), person([42, 43])

    async def agent():
        async with shop.session(elicitation_callback=callback) as session:
            return text(await session.call_tool("order", {}))

    twice.record(agent)
    with pytest.raises(Diverged) as diverged:
        twice.replay(agent, human_input="live")
    assert diverged.value.divergence.expected.call.target == "answer elicitation/create"


@pytest.mark.skipif(not MODERN, reason="MCP 1.x hears nothing else while it hears a notification")
def test_what_the_agent_asks_when_it_hears_something_is_recorded_and_replayed(twice):
    shop, listed = Shop(), []

    async def agent():
        async def hear(message):
            if isinstance(message, types.ToolListChangedNotification):
                listed.append(len((await client.session.list_tools()).tools))

        client = Client(shop.server, mode="legacy", message_handler=hear)
        async with client:
            await client.call_tool("restock", {})
            await anyio.sleep(0.3)

    twice.record(agent)
    assert twice.calls().count(("mcp", "tools/list")) == 2
    twice.replay(agent)
    assert listed == [7, 7]


@pytest.mark.skipif(not MODERN, reason="as MCP 2.x hears it")
def test_what_the_server_asks_while_nothing_is_under_way_is_answered_and_not_recorded(twice, page):
    shop, asked = Shop(), []

    async def roots(context):
        async with httpx.AsyncClient() as client:
            asked.append((await client.get(page)).text)
        return types.ListRootsResult(roots=[])

    class Context:
        request_id = 1

    async def agent():
        async with shop.session(list_roots_callback=roots) as session:
            if not asked:
                with perform():
                    await session._dispatcher._requested(Context(), "roots/list", None)
            return text(await session.call_tool("chatty", {}))

    assert twice.record(agent) == twice.replay(agent)
    assert len(asked) == 1
    assert all(kind == "mcp" and "answer" not in target for kind, target in twice.calls())


def test_no_secret_of_what_a_server_says_is_kept(twice):
    shop, secret = Shop(), "sk-proj-" + "a1B2" * 6 + "T3BlbkFJ" + "c3D4" * 6

    async def elicitation(context, params):
        return types.ElicitResult(action="accept", content={"size": 1})

    async def agent():
        async with shop.session(elicitation_callback=elicitation) as session:
            return text(await session.call_tool("order", {"note": secret}))

    assert twice.record(agent) == f"accept 1 {secret}"
    assert secret not in twice.journal.read_text()
    assert twice.replay(agent).startswith("accept 1 ")


def test_a_ping_of_the_server_is_answered_and_not_recorded(twice):
    shop = Shop()

    async def agent():
        async with shop.session() as session:
            return text(await session.call_tool("pings", {}))

    assert twice.record(agent) == twice.replay(agent) == "pong"
    assert ("mcp", "answer ping") not in twice.calls()


def test_what_nobody_hears_is_not_recorded_and_what_somebody_hears_comes_in_order(twice):
    shop, heard = Shop(), []

    async def hear(params):
        heard.append(params.data)

    async def agent(**callbacks):
        async with shop.session(**callbacks) as session:
            return text(await session.call_tool("chatty", {}))

    twice.record(lambda: agent(logging_callback=hear))
    assert heard == ["one", "two"]
    twice.replay(lambda: agent(logging_callback=hear))
    assert heard == ["one", "two"] * 2


def test_an_error_of_the_server_is_raised_again_with_its_code_and_data(twice):
    shop = Shop()

    async def agent():
        async with shop.session() as session:
            with pytest.raises(MCPError) as raised:
                await session.get_prompt("nothing")
            return type(raised.value), raised.value.error.model_dump(), str(raised.value)

    assert twice.record(agent) == twice.replay(agent)


@pytest.mark.skipif(not MODERN, reason="a server of MCP 1.x is always spoken to in JSON")
def test_an_error_of_another_class_is_raised_as_that_class(twice):
    shop = Shop()

    async def agent():
        async with Client(shop.server) as client:
            with pytest.raises(UrlElicitationRequiredError) as raised:
                await client.call_tool("forbidden", {})
            return raised.value.elicitations

    assert twice.record(agent) == twice.replay(agent)
    assert shop.ran == ["forbidden"]


def test_what_an_agent_raises_within_a_transport_is_grouped_as_it_was(twice):
    class Missing(Exception):
        pass

    async def agent(command):
        with pytest.raises(BaseException) as raised:
            async with stdio.stdio_client(stdio.StdioServerParameters(command=command, args=["1"])):
                raise Missing
        return [type(raised.value), *map(type, getattr(raised.value, "exceptions", ()))]

    assert twice.record(lambda: agent("sleep")) == [ExceptionGroup, Missing]
    assert twice.replay(lambda: agent("/nowhere/sleep")) == [ExceptionGroup, Missing]


def test_a_session_of_a_replay_that_is_over_is_closed(twice):
    nowhere = stdio.StdioServerParameters(command="/nowhere/server")

    async def greeted():
        async with Shop().session():
            pass

    async def late():
        async with AsyncExitStack() as stack:
            with pytest_oao.replay(twice.journal):
                streams = await stack.enter_async_context(stdio.stdio_client(nowhere))
                session = await stack.enter_async_context(ClientSession(*streams))
                await session.initialize()
            with anyio.fail_after(5), pytest.raises((MCPError, anyio.BrokenResourceError)):
                await session.send_ping()

    twice.record(greeted)
    asyncio.run(late())


def test_without_a_session_of_ours_everything_is_live():
    shop = Shop()

    async def agent():
        async with shop.session() as session:
            return text(await session.call_tool("chatty", {}))

    assert asyncio.run(agent()) == "done"
    assert shop.ran == ["chatty"]


def test_transports_are_put_back():
    (cell,) = (one for one in stdio.stdio_client.__closure__ if callable(one.cell_contents))
    original = cell.cell_contents
    undo = McpTransports().install("mcp.client.stdio")
    assert cell.cell_contents is not original
    undo()
    assert cell.cell_contents is original


def test_a_transport_of_another_make_is_a_missing_seam(monkeypatch):
    monkeypatch.setattr(stdio, "stdio_client", lambda server: server)
    with pytest.raises(SeamMissing, match=r"mcp\.client\.stdio\.stdio_client"):
        McpTransports().install("mcp.client.stdio")
