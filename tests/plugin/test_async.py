from importlib.metadata import version

import pytest

SOME = """
import asyncio, pytest
from my_agent import aanswer, answer

pytestmark = {marks}

async def fan_out():
    return await asyncio.gather(*(aanswer("same") for _ in range(4)), asyncio.to_thread(answer, "same"))

def show(name, values):
    assert len(set(values)) == len(values)
    print("SEEN", name, *values)

@pytest.fixture
async def prepared():
    first = await aanswer("set up")
    yield first
    await aanswer("torn down")
"""

PYTEST_ASYNCIO = (
    SOME
    + """
async def test_one(prepared):
    show("one", [prepared, *await fan_out()])

async def test_two():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(fan_out()) for _ in range(2)]
    show("two", tasks[0].result() + tasks[1].result() + [await asyncio.wait_for(aanswer("x"), 9)])

def test_sync():
    show("sync", asyncio.run(fan_out()))
"""
)

ANYIO = (
    SOME.replace('asyncio.gather(*(aanswer("same") for _ in range(4)), asyncio.to_thread(answer, "same"))', "gather()")
    + """
import anyio

async def gather():
    results = {}
    async def put(number):
        await anyio.sleep(0.01 * (number % 2))
        results[number] = await aanswer("same") if number else await anyio.to_thread.run_sync(answer, "same")
    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(put, number)
    return [results[number] for number in range(4)]

@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param

async def test_one(prepared, anyio_backend):
    show(f"one {anyio_backend}", [prepared, *await fan_out()])

async def test_two(anyio_backend):
    show(f"two {anyio_backend}", [*await fan_out(), *await fan_out()])
"""
)


def seen(done):
    return [line for line in done.stdout.lines if line.startswith("SEEN")]


def record_and_replay(light, tests, *options):
    recorded = light.record("-rP", *options)
    recorded.assert_outcomes(passed=tests)
    light.server.stop()
    for _ in range(2):
        replayed = light.replay("-rP", *options)
        replayed.assert_outcomes(passed=tests)
        assert seen(replayed) == seen(recorded)
    assert len(seen(recorded)) == tests
    # One test alone, from the cassettes of the whole run: no test depends on those before it.
    light.replay(*options, "-k", "two").assert_outcomes(passed=max(1, tests - 2), deselected=2)
    light.edit("test_agent.py", '"same"', '"other"') if tests == 3 else light.edit(
        "test_agent.py", 'aanswer("same")', 'aanswer("other")'
    )
    done = light.replay(*options, "-k", "two")
    done.assert_outcomes(failed=max(1, tests - 2), deselected=2)
    done.stdout.fnmatch_lines(["*request changed*"])


@pytest.mark.parametrize(
    ("mode", "marks", "scope"),
    [
        ("strict", "[pytest.mark.oao, pytest.mark.asyncio]", "function"),
        ("auto", "[pytest.mark.oao, pytest.mark.asyncio(loop_scope='session')]", "session"),
    ],
)
def test_pytest_asyncio(light, mode, marks, scope):
    light.pytester.makeini(f"[pytest]\nasyncio_mode = {mode}\nasyncio_default_fixture_loop_scope = {scope}\n")
    text = PYTEST_ASYNCIO.format(marks=marks)
    if mode == "strict":
        text = text.replace("@pytest.fixture\n", "import pytest_asyncio\n\n@pytest_asyncio.fixture\n").replace(
            "def test_sync", "@pytest.mark.filterwarnings('ignore')\ndef test_sync"
        )
    light.write(test_agent=text)
    record_and_replay(light, 3, "-p", "pytest_asyncio.plugin")


def test_anyio(light):
    light.write(test_agent=ANYIO.replace("{marks}", "[pytest.mark.oao, pytest.mark.anyio]"))
    record_and_replay(light, 4, "-p", "anyio.pytest_plugin")


ANYIO_FAILS = """
import pytest
from my_agent import aanswer

pytestmark = [pytest.mark.oao, pytest.mark.anyio]

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.parametrize("number", range(6))
async def test_it(number):
    await aanswer(f"what is {number}?")
"""


def test_divergences_in_the_task_of_anyio_are_told_once(light):
    light.write(test_agent=ANYIO_FAILS)
    light.record("-p", "anyio.pytest_plugin").assert_outcomes(passed=6)
    light.edit("test_agent.py", "what is", "what was")
    done = light.replay("-p", "anyio.pytest_plugin")
    done.assert_outcomes(failed=6)
    assert done.stdout.str().count("oao: request changed") == 6
    assert "never retrieved" not in done.stdout.str() + done.stderr.str()


@pytest.mark.skipif(version("pytest-asyncio") < "1", reason="its sessions had no loop of their own")
def test_a_client_of_the_module_in_a_loop_of_the_session(light):
    """As openai-agents keeps one: the client, its pool and the loop outlive each test."""
    light.pytester.makeini("[pytest]\nasyncio_mode = auto\n")
    light.write(
        test_agent="""
        import asyncio, httpx2, os, pytest

        client = httpx2.AsyncClient(base_url=os.environ["MODEL_URL"])
        queue, worker = asyncio.Queue(), None
        pytestmark = [pytest.mark.oao, pytest.mark.asyncio(loop_scope="session")]

        async def ask(question):
            reply = await client.post("/v1/chat/completions", json={"model": "m", "messages": [{"role": "user", "content": question}]})
            return reply.json()["choices"][0]["message"]["content"]

        async def work():
            while True:
                question, done = await queue.get()
                done.set_result(await ask(question))

        async def through_worker(question):
            global worker
            worker = worker or asyncio.ensure_future(work())
            done = asyncio.get_running_loop().create_future()
            await queue.put((question, done))
            return await done

        async def test_one():
            assert await ask("one") != await ask("one")

        async def test_two():
            assert await asyncio.gather(ask("two"), ask("two"))

        async def test_three():
            assert await through_worker("three")

        async def test_four():
            assert await through_worker("four")
        """
    )
    light.record("-p", "pytest_asyncio.plugin").assert_outcomes(passed=4)
    light.server.stop()
    light.replay("-p", "pytest_asyncio.plugin").assert_outcomes(passed=4)
