"""`--oao-record=vcr`: cassettes of vcrpy's become ours where their tests look once they are marked `oao`."""

import re
import shlex
import shutil
import subprocess

import pytest
from vcr_projects import ON, here, interaction, put, run

from pytest_oao.cassette import shelf
from pytest_oao.cli.main import main

CONFTEST = """
import httpx2
import pytest

@pytest.fixture
def asked():
    return lambda path, **more: httpx2.get("http://shop.test/" + path, **more).text
"""

TEST = """
import pytest

pytestmark = pytest.mark.vcr

class TestShop:
    @pytest.mark.parametrize("model", ["openai/gpt", "Claude"])
    def test_in_a_class(self, asked, model):
        assert asked(model) == f"in {model}"

    class TestInner:
        def test_nested(self, asked):
            assert asked("hours") == "nine"

@pytest.mark.vcr("shared.yaml")
def test_shared(asked):
    assert [asked("b"), asked("hours")] == ["in b", "nine"]

@pytest.mark.vcr("shared.yaml", "more/other.yaml")
def test_several(asked):
    assert [asked("other"), asked("own"), asked("a")] == ["other", "own", "in a"]

@pytest.mark.default_cassette("named")
def test_named(asked):
    assert asked("hours") == "nine"

@pytest.mark.vcr(allow_playback_repeats=True)
def test_twice(asked):
    assert [asked("hours"), asked("hours")] == ["nine", "nine"]

@pytest.fixture
def late(asked):
    yield
    assert asked("late") == "late"

def test_with_a_late_call(asked, late):
    assert asked("hours") == "nine"

def test_makes_no_call():
    pass
"""
ELSEWHERE = """
import pytest

@pytest.fixture(scope="module")
def vcr_cassette_dir():
    return "recorded"

@pytest.mark.vcr
def test_elsewhere(asked):
    assert asked("hours") == "nine"
"""
MARK = re.compile(r"pytest\.mark\.vcr(\([^)]*\))?")


@pytest.fixture
def suite(project):
    """A suite whose cassettes stand in every way that pytest-recording has."""
    (project.path / "test_agent.py").unlink()
    for name, text in (("conftest", CONFTEST), ("unit/test_agent", TEST), ("unit/test_elsewhere", ELSEWHERE)):
        path = project.path / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    nine = interaction()
    for name, recorded in {
        "TestShop.test_in_a_class[openai-gpt]": [interaction("http://shop.test/openai/gpt", "in openai/gpt")],
        "TestShop.test_in_a_class[Claude]": [interaction("http://shop.test/Claude", "in Claude")],
        "TestInner.test_nested": [nine],
        "shared": [interaction(f"http://shop.test/{one}", f"in {one}") for one in "ab"],
        "more/other": [interaction("http://shop.test/other", "other")],
        "test_shared": [nine],
        "test_several": [interaction("http://shop.test/own", "own")],
        "named": [nine],
        "test_twice": [nine],
        "test_with_a_late_call": [nine, interaction("http://shop.test/late", "late")],
    }.items():
        put(project, f"../../unit/cassettes/test_agent/{name}.yaml", *recorded)
    put(project, "../../recorded/test_elsewhere.yaml", nine)
    return project


def remark(project):
    for path in (project.path / "unit").glob("test_*.py"):
        path.write_text(MARK.sub("pytest.mark.oao", path.read_text()))


@pytest.mark.parametrize("first", [(), ("import", "--in-place", "unit", "recorded")])
def test_a_suite_becomes_ours_in_one_run_and_one_change_of_its_marks(suite, first):
    suite.monkeypatch.chdir(suite.path)
    if first:
        assert main(first) == 0
    done = run(suite, "--oao-record=vcr")
    done.assert_outcomes(passed=10)
    done.stdout.fnmatch_lines(
        [
            "14 calls replayed in 9 tests, none live",
            "written cassettes/unit/test_agent/TestShop-*/test_in_a_class_openai_gpt-*.yaml, of what vcrpy recorded",
            "and 4 more",
            "They are what these tests replay once @pytest.mark.vcr is @pytest.mark.oao",
            "Neither mark is for tests that make no call: unit/test_agent.py::test_makes_no_call",
        ]
    )
    remark(suite)
    suite.pytester.makeini("[pytest]\n")
    shutil.rmtree(suite.path / "unit" / "cassettes")
    shutil.rmtree(suite.path / "recorded")
    done = here(suite, "--oao-replay")
    done.assert_outcomes(passed=9, failed=1)  # that makes no call
    done.stdout.fnmatch_lines(["*14 calls replayed in 9 tests, none live*"])
    done.stdout.fnmatch_lines(["*test_makes_no_call*made no host call*"])


ONE = """
import httpx2
import pytest

@pytest.mark.MARK
def test_one():
    assert httpx2.get("http://shop.test/hours").text == "nine"
"""


def test_a_run_again_leaves_what_it_wrote_as_it_is(suite):
    run(suite, "--oao-record=vcr")
    before = {path: path.read_bytes() for path in (suite.path / "cassettes").rglob("*.yaml")}
    run(suite, "--oao-record=vcr")
    assert before == {path: path.read_bytes() for path in (suite.path / "cassettes").rglob("*.yaml")}
    assert len(before) == 9
    session = shelf.load(next(path for path in before if path.name == "test_twice.yaml"))
    assert [one.seq for one in session.exchanges] == [1, 2]
    origin = session.header.origin
    assert (origin.kind, origin.format, origin.source, origin.lacked) == (
        "imported",
        "vcrpy",
        "test_twice.yaml",
        ("timing",),
    )
    assert session.header.test == "unit/test_agent.py::test_twice"


def test_where_both_stand_in_one_place_the_old_one_goes_if_the_new_one_holds_it(project):
    project.write(test_agent=ONE.replace("MARK", "vcr"))
    path = put(project, "test_one.yaml", interaction(), interaction("http://shop.test/unused"))
    before = path.read_bytes()
    done = run(project, "--oao-record=vcr")
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(
        ["*cassettes/test_agent/test_one.yaml: what vcrpy recorded stands there*did not use all*"]
    )
    assert path.read_bytes() == before
    put(project, "test_one.yaml", interaction())
    for _ in range(2):
        run(project, "--oao-record=vcr").assert_outcomes(passed=1)
    project.write(test_agent=ONE.replace("MARK", "oao"))
    here(project, "--oao-replay").assert_outcomes(passed=1)


def test_a_test_that_fails_gets_no_cassette(project):
    project.write(test_agent=ONE.replace("MARK", "vcr"))
    put(project, "test_one.yaml", interaction(text="ten"))
    project.pytester.makeini(f"{ON}oao_cassette_dir = ours\n")
    done = here(project, "--oao-record=vcr")
    done.assert_outcomes(failed=1)
    assert not (project.path / "ours").exists()


def test_a_secret_of_the_old_cassette_is_not_in_the_new_one(project):
    project.write(test_agent=ONE.replace("MARK", "vcr"))
    secret = "sk-planted-secret-1234567890abcdef"
    put(project, "test_one.yaml", interaction(headers={"authorization": [f"Bearer {secret}"]}, text="nine"))
    project.pytester.makeini(f"{ON}oao_cassette_dir = ours\n")
    here(project, "--oao-record=vcr").assert_outcomes(passed=1)
    (path,) = (project.path / "ours").rglob("*.yaml")
    assert secret not in path.read_text()


def test_it_is_refused_without_oao_vcr(project):
    done = here(project, "--oao-record=vcr")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*--oao-record=vcr goes with oao_vcr = true*-p no:recording -o oao_vcr=true*"])


def test_a_live_run_says_that_tests_marked_vcr_are_not_recorded(project):
    project.write(test_agent=ONE.replace("MARK", "vcr"))
    put(project, "test_one.yaml", interaction())
    for option in ("--oao-record", "--oao-record=missing"):
        done = run(project, option)
        done.assert_outcomes(passed=1)
        done.stdout.fnmatch_lines(
            [
                "1 test marked vcr was answered from vcrpy's cassettes, and not recorded:",
                "*pytest -p recording -o oao_vcr=false --record-mode=rewrite",
                "*pytest --oao-record=vcr",
            ]
        )
    run(project).stdout.no_fnmatch_line("*not recorded*")


ONE_OF_A_CLASS = """
import httpx2
import pytest

class TestX:
    @pytest.mark.parametrize("model", ["openai/gpt"])
    @pytest.mark.oao
    def test_y(self, model):
        assert httpx2.get("http://shop.test/hours").text == "nine"

@pytest.mark.default_cassette("named.yaml")
@pytest.mark.oao
def test_named():
    assert httpx2.get("http://shop.test/hours").text == "nine"
"""


@pytest.mark.parametrize("converted", [False, True])
def test_a_test_that_finds_no_cassette_tells_how_to_take_the_one_that_vcrpy_recorded(project, converted):
    project.pytester.makeini("[pytest]\noao_cassette_dir = ours\nmarkers = default_cassette\n")
    project.write(test_agent=ONE_OF_A_CLASS)
    for name in ("TestX.test_y[openai-gpt].yaml", "named.yaml"):
        put(project, name, interaction())
    project.monkeypatch.chdir(project.path)
    if converted:
        main(["import", "--in-place", "cassettes"])
    done = here(project)
    done.assert_outcomes(failed=2)
    found = re.findall(r"or take what vcrpy recorded: (.*)", done.stdout.str())
    assert len(found) == 2
    for command in found:
        steps = [shlex.split(step) for step in command.split(" && ")]
        for step in steps:
            if step[0] == "oao":
                assert main(step[1:]) == 0
            else:
                subprocess.run(step, check=True)
    here(project, "--oao-replay").assert_outcomes(passed=2)


AGENT = """
import asyncio
import time
from pathlib import Path

import httpx2
import pytest
import pytest_oao

@pytest_oao.tool
def look_up(what):
    Path("ran").open("a").write("x")
    return f"{what} at {time.time()}"

@pytest.fixture
def early():
    with httpx2.Client() as client:
        yield client

@pytest.mark.MARK
def test_tools(early):
    when = look_up("tea")
    assert httpx2.get("http://shop.test/hours", headers={"x-when": when}).text == "nine"

@pytest.mark.MARK
def test_at_once():
    async def asked(client, path):
        return (await client.get(f"http://shop.test/{path}")).text

    async def agent():
        async with httpx2.AsyncClient() as client:
            return await asyncio.gather(*(asked(client, path) for path in "ab"))

    assert asyncio.run(agent()) == ["in a", "in b"]
"""


def test_what_is_no_http_is_in_the_new_cassette_too_and_each_call_in_its_lane(project):
    project.write(test_agent=AGENT.replace("MARK", "vcr"))
    both = [interaction(f"http://shop.test/{one}", f"in {one}") for one in "ba"]
    put(project, "test_tools.yaml", interaction())
    put(project, "test_at_once.yaml", *both)
    project.pytester.makeini(f"{ON}oao_cassette_dir = ours\n")
    project.monkeypatch.chdir(project.path)
    here(project, "--oao-record=vcr").assert_outcomes(passed=2)
    ran = project.path / "ran"
    assert ran.read_text() == "x"
    project.write(test_agent=AGENT.replace("MARK", "oao"))
    here(project, "--oao-replay").assert_outcomes(passed=2)
    assert ran.read_text() == "x"
    at_once, tools = (shelf.load(path) for path in sorted((project.path / "ours").rglob("*.yaml")))
    assert [(one.call.lane, one.call.target) for one in at_once.exchanges] == [
        ("0.0", "GET http://shop.test/a"),
        ("0.1", "GET http://shop.test/b"),
    ]
    assert [one.call.kind for one in tools.exchanges] == ["execute_tool", "clock", "http"]
    assert all(one.call.site for one in tools.exchanges if one.call.kind != "clock")


def test_it_is_refused_where_nothing_is_to_be_answered(project):
    done = run(project, "--oao-record=vcr", "--disable-recording")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*--oao-record=vcr and --disable-recording exclude each other*"])


FILTERED = """
import httpx2
import pytest

@pytest.fixture
def vcr_config():
    return {
        "filter_query_parameters": ["api_key"],
        "filter_post_data_parameters": ["password"],
        "match_on": ["method", "path", "query", "body"],
    }

@pytest.mark.MARK
def test_query():
    assert httpx2.get("http://shop.test/hours?b=1&api_key=SECRET&a=2").text == "nine"

@pytest.mark.MARK
def test_form():
    assert httpx2.post("http://shop.test/hours", data={"what": "tea", "password": "SECRET"}).text == "nine"

@pytest.mark.MARK
def test_json():
    assert httpx2.post("http://shop.test/hours", json={"what": "tea", "password": "SECRET"}).text == "nine"

@pytest.mark.vcr(match_on=["method"])
@pytest.mark.MARK
def test_another():
    assert httpx2.post("http://shop.test/hours?api_key=SECRET", json={"what": "tea"}).text == "nine"
"""


def test_what_filters_took_out_is_in_the_new_cassette_as_redacted(project):
    project.write(test_agent=FILTERED.replace("MARK", "vcr"))
    form, json = ({"content-type": [f"application/{name}"]} for name in ("x-www-form-urlencoded", "json"))
    uri = "http://shop.test/hours"
    put(project, "test_query.yaml", interaction(f"{uri}?b=1&a=2"))
    put(project, "test_form.yaml", interaction(uri, method="POST", body="what=tea", headers=form))
    for name, body in (("json", '{"what": "tea"}'), ("another", '{"what": "cup"}')):
        put(project, f"test_{name}.yaml", interaction(uri, method="POST", body=body, headers=json))
    project.pytester.makeini(f"{ON}oao_cassette_dir = ours\n")
    here(project, "--oao-record=vcr").assert_outcomes(passed=4)
    assert not any("SECRET" in path.read_text() for path in (project.path / "ours").rglob("*.yaml"))
    project.write(test_agent=FILTERED.replace("MARK", "oao"))
    done = here(project, "--oao-replay")
    done.assert_outcomes(passed=3, failed=1)
    done.stdout.fnmatch_lines(['  ~ $.what: "cup" → "tea"'])


def test_what_filters_replaced_is_in_the_new_cassette_as_redacted(project):
    filtered = FILTERED.replace('["api_key"]', '[("api_key", "DUMMY")]').replace('["password"]', '[("password", "X")]')
    filtered = filtered.partition("@pytest.mark.vcr(match_on")[0]
    project.write(test_agent=filtered.replace("MARK", "vcr"))
    form, json = ({"content-type": [f"application/{name}"]} for name in ("x-www-form-urlencoded", "json"))
    uri = "http://shop.test/hours"
    put(project, "test_query.yaml", interaction(f"{uri}?b=1&api_key=DUMMY&a=2"))
    put(project, "test_form.yaml", interaction(uri, method="POST", body="what=tea&password=X", headers=form))
    put(
        project,
        "test_json.yaml",
        interaction(uri, method="POST", body='{"what": "tea", "password": "X"}', headers=json),
    )
    project.pytester.makeini(f"{ON}oao_cassette_dir = ours\n")
    here(project, "--oao-record=vcr").assert_outcomes(passed=3)
    assert not any("SECRET" in path.read_text() for path in (project.path / "ours").rglob("*.yaml"))
    project.write(test_agent=filtered.replace("MARK", "oao").replace("SECRET", "ANOTHER"))
    here(project, "--oao-replay").assert_outcomes(passed=3)


def test_a_test_that_finds_one_of_vcrpys_in_its_place_tells_how_to_convert_it(project):
    project.write(test_agent=ONE.replace("MARK", "oao"))
    put(project, "test_one.yaml", interaction())
    project.monkeypatch.chdir(project.path)
    done = here(project)
    done.assert_outcomes(failed=1)
    (command,) = re.findall(r"If vcrpy recorded it: oao (.*)", done.stdout.str())
    assert main(shlex.split(command)) == 0
    here(project, "--oao-replay").assert_outcomes(passed=1)
