import re

import pytest
import yaml

EACH_ITS_OWN = """
import pytest
from my_agent import answer

NAMES = ["plain", "a/b", "../../up", "é☃", "x y", "Upper", "upper", "C:con", "", "a::b", "." * 300]

@pytest.mark.parametrize("name", NAMES)
@pytest.mark.oao
def test_names(name, oao):
    assert answer(name).startswith("answer")
    print("SEEN", repr(name), oao.calls[0].reply.text)

@pytest.mark.oao
class TestMany:
    def test_one(self):
        answer("one")

    class TestInner:
        def test_one(self):
            answer("inner one")

def test_unmanaged():
    pass
"""

ARGUMENTS = """
import itertools, pathlib, pytest
from my_agent import answer

pytestmark = [pytest.mark.oao(cassette="module.yaml", ignore=["$.user"])]
tries = itertools.count(int(pathlib.Path("tried").exists()) * 100)

@pytest.mark.oao(cassette="nested/fun.yaml", ignore=["$.seed"])
def test_cassette_and_ignore():
    answer("hi", user=f"u{next(tries)}", seed=next(tries))

@pytest.mark.oao(cassette="order.yaml", order="any")
def test_any_order():
    questions = ["a", "b", "c"]
    for question in reversed(questions) if pathlib.Path("tried").exists() else questions:
        answer(question)

class TestInherits:
    def test_it(self):
        answer("from the module's cassette", user=next(tries))
"""


def seen(done):
    return re.findall(r"SEEN (.*)", done.stdout.str())


def test_each_test_has_a_cassette_of_its_own_whatever_its_name(light):
    light.write(test_agent=EACH_ITS_OWN)
    recorded = light.record("-rP")
    recorded.assert_outcomes(passed=14)
    names = light.cassettes()
    assert len(names) == len({name.lower() for name in names}) == 13
    assert all(re.fullmatch(r"test_agent/[A-Za-z0-9._/-]+\.yaml", name) for name in names)
    assert sum(name.count("/") for name in names) == 11 + 2 + 3
    assert [path.name for path in light.path.parent.iterdir() if path.suffix == ".yaml"] == []
    light.server.stop()
    replayed = light.replay("-rP")
    replayed.assert_outcomes(passed=14)
    assert seen(replayed) == seen(recorded)
    assert len(set(seen(recorded))) == 11


def test_arguments_of_module_class_and_function(light):
    light.write(test_agent=ARGUMENTS)
    light.record().assert_outcomes(passed=3)
    assert light.cassettes() == ["module.yaml", "nested/fun.yaml", "order.yaml"]
    (light.path / "tried").touch()
    light.replay().assert_outcomes(passed=3)
    light.edit("test_agent.py", 'answer("hi"', 'answer("ho"')
    light.edit("test_agent.py", 'answer("from', 'answer("not from')
    done = light.run()
    done.assert_outcomes(passed=1, failed=2)
    assert "$.user" not in done.stdout.str()


WRONG = {
    "'x.yaml'": "takes keyword arguments only, not 'x.yaml'",
    "casette='x.yaml'": "has no argument 'casette'",
    "cassette=3": "cassette=3 is of a wrong type",
    "cassette='x.json'": "cassette='x.json' does not end in .yaml",
    "cassette='../x.yaml'": "'../x.yaml' is refused",
    "cassette='/tmp/x.yaml'": "'/tmp/x.yaml' is refused",
    "cassette='linked/x.yaml'": "is a symbolic link",
    "order='random'": "order='random' is neither 'lane' nor 'any'",
    "ignore='$.x'": "ignore='$.x' is of a wrong type: a list was meant, ignore=['$.x']",
    "ignore=['x']": "cannot read the JSON path `x`",
    "ignore=[3]": "ignore=[3] is of a wrong type",
}


def test_what_does_not_fit_is_refused_with_the_test_s_name_before_anything_runs(light, tmp_path_factory):
    tests = [
        f"@pytest.mark.oao({arguments})\ndef test_{number}():\n    print('it ran')\n"
        for number, arguments in enumerate(WRONG)
    ]
    light.write(test_agent="import pytest\n\n" + "\n".join(tests))
    (light.path / "cassettes").mkdir()
    (light.path / "cassettes/linked").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    done = light.run("-s")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    told = [line.removeprefix("ERROR: ") for line in done.stderr.lines if "test_agent.py::" in line]
    for number, (message, line) in enumerate(zip(WRONG.values(), told, strict=True)):
        assert line.startswith(f"test_agent.py::test_{number}:")
        assert message in line
    assert "it ran" not in done.stdout.str()


def test_it_is_registered(light):
    light.write(test_agent="import pytest\n\n@pytest.mark.oao\ndef test_it():\n    pass\n")
    light.run("--strict-markers", "--collect-only").assert_outcomes()
    light.run("--markers").stdout.fnmatch_lines(
        ["@pytest.mark.oao(cassette=None, ignore=(), order='lane', match='request', kinds={}, policy=None)*"]
    )


def test_the_cassette_names_its_test_and_is_what_the_schema_says(light):
    light.record().assert_outcomes(passed=1)
    document = yaml.safe_load(light.cassette().read_text())
    assert document["test"] == "test_agent.py::test_refund"
    assert document["execution"]["modules"].keys() == {"my_agent.py", "test_agent.py"}
    assert light.command("check", "cassettes").returncode == 0
