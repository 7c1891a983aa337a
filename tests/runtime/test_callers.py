"""Which code is the agent's own when it reads a clock or draws by chance, by its file and those of its callers."""

import sys
from pathlib import Path

import pytest

from pytest_oao.runtime.callers import callers_below

ROOT = Path("/work/shop")
OWN = "/work/shop/agent.py"
SDK = "/work/shop/.venv/lib/python3.11/site-packages/openai/_client.py"
PYDANTIC = "/usr/lib/python3.11/site-packages/pydantic/main.py"
LIBRARY = str(Path(sys.modules["os"].__file__).parent)
UUID, RANDOM = f"{LIBRARY}/uuid.py", f"{LIBRARY}/random.py"


def seen(*files, names=()):
    """Return what is said of a reader and of a drawer at the top of a stack of such files, the innermost first."""
    program = {"inner": lambda frame: (callers.reads(frame), callers.draws(frame))}
    callers = callers_below(ROOT)
    call = "inner(sys._getframe(0))"
    for number, file in enumerate(files):
        name = names[number] if number < len(names) else f"f{number}"
        exec(compile(f"import sys\ndef {name}(): return {call}", file, "exec"), program)
        call = f"{name}()"
    return program[call.removesuffix("()")]()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([OWN], (True, True)),
        ([OWN, SDK], (True, True)),
        ([SDK], (False, False)),
        ([SDK, OWN], (False, False)),
        (["<string>", OWN], (True, True)),
        (["<string>", SDK, OWN], (False, False)),
        (["<attrs generated init shop.Note>", OWN], (True, True)),
        ([PYDANTIC, OWN], (True, True)),
        ([PYDANTIC, SDK, OWN], (False, False)),
        ([UUID, OWN], (True, True)),
        ([UUID, SDK, OWN], (False, False)),
        ([RANDOM, OWN], (False, True)),
        ([RANDOM, SDK, OWN], (False, False)),
        ([f"{LIBRARY}/logging/__init__.py", OWN], (False, True)),
        ([f"{LIBRARY}/tempfile.py", OWN], (False, False)),
        ([RANDOM, f"{LIBRARY}/tempfile.py", OWN], (False, False)),
        ([f"{LIBRARY}/asyncio/base_events.py", OWN], (False, False)),
        (["<frozen os>", OWN], (False, True)),
        (["<frozen importlib._bootstrap>", OWN], (False, False)),
        ([OWN, "<frozen importlib._bootstrap>", OWN], (False, False)),
        ([OWN, OWN, "<frozen importlib._bootstrap_external>"], (False, False)),
        (["<stdin>", OWN], (False, False)),
        ([UUID], (False, False)),
    ],
)
def test_whose_code_it_is(files, expected):
    assert seen(*files) == expected


def test_own_files_are_those_of_the_project():
    callers = callers_below(ROOT)
    assert callers.owns(OWN)
    assert not callers.owns(SDK)
    assert callers_below(ROOT) is callers
