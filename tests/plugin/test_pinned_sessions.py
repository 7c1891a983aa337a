"""`@pytest.mark.oao_sessions`: tests pinned to sessions that are there already."""

import fnmatch
import json
import re
import shutil
import textwrap

import pytest

import pytest_oao

PINNED = """
import pytest
from my_agent import answer

@pytest.mark.oao_sessions("{paths}"{more})
def test_production(session, oao):
    assert answer(session.input) == session.output
"""


def journals(light, questions, folder="prod"):
    """Have runs of the agent recorded, as production would."""
    light.write(
        produce="""
        import sys, pytest_oao
        from my_agent import answer
        for question in sys.argv[2:]:
            with pytest_oao.record(sys.argv[1], task=question):
                answer(question)
        """
    )
    done = light.script("produce.py", folder, *questions)
    assert done.returncode == 0, done.stderr
    return sorted((light.path / folder).glob("*.oao.jsonl"))


def pinned(light, paths, more=""):
    light.write(test_agent=PINNED.format(paths=paths, more=more))


def test_there_is_a_test_for_each_session_named_by_its_id(light):
    recorded = journals(light, ["I want a refund", "Where is it?"])
    pinned(light, "prod/*.oao.jsonl")
    done = light.replay("-v")
    done.assert_outcomes(passed=2)
    names = [path.name.removesuffix(".oao.jsonl") for path in recorded]
    done.stdout.fnmatch_lines_random([f"*::test_production[[]{name}[]] PASSED*" for name in names])
    assert light.server_count() == 2  # by the recordings alone


def test_of_a_function_s_recording_the_output_is_what_it_returned(light):
    light.write(
        support="""
        import pytest_oao
        from my_agent import answer

        def triage(question):
            return {"said": answer(question), "urgent": "refund" in question}
        """,
        produce="""
        import pytest_oao
        from support import triage

        recorder = pytest_oao.record("prod", task=lambda question: question)
        recorder(triage)("I want a refund")
        assert recorder.flush()
        """,
        test_agent=PINNED.format(paths="prod", more=', where={"metadata.output.urgent": True}').replace(
            "from my_agent import answer", "from support import triage as answer"
        ),
    )
    done = light.script("produce.py")
    assert done.returncode == 0, done.stderr
    light.replay().assert_outcomes(passed=1)
    shown = light.command("show", "-v", "prod")
    assert "output.urgent = true" in shown.stdout


def test_a_pinned_session_is_replayed_in_every_mode(light):
    (journal,) = journals(light, ["I want a refund"])
    before, seen = journal.read_bytes(), light.server_count()
    pinned(light, "prod/*.oao.jsonl")
    for option in ((), ("--oao-record",), ("--oao-record=missing",)):
        light.run(*option).assert_outcomes(passed=1)
    assert journal.read_bytes() == before
    assert light.server_count() == seen
    assert light.cassettes() == []


def test_a_changed_agent_diverges_and_the_report_names_no_command_that_records(light):
    journals(light, ["I want a refund"])
    pinned(light, "prod/*.oao.jsonl")
    light.edit("my_agent.py", "You are terse.", "You are kind.")
    done = light.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*request changed*", "*system prompt changed*"])
    done.stdout.no_fnmatch_line("*--oao-record*")
    done.stdout.fnmatch_lines(["*then*oao show -v prod/*"])
    text = done.stdout.str()
    assert "@pytest.mark.oao(ignore=['$.messages[0].content'])   # where the change is meant" in text
    assert "# where the change is meant, pin a session that was recorded since" in text
    assert "match=" not in text
    light.edit("test_agent.py", "import answer", "import answer\n\npytestmark = pytest.mark.oao(match='skeleton')")
    told = light.replay("-q").stdout.str()
    assert " ".join(UNHEEDED.split()) in " ".join(told.split())


UNHEEDED = (
    "match='skeleton' has no say here: the session has its requests as they were sent, "
    "not what another tool wrote of them"
)


def test_what_cannot_be_read_among_others_fails_or_is_told(light):
    journals(light, ["hello"])
    light.path.joinpath("prod", "broken.yaml").write_text("oao: 1\nsession: x\n")
    light.path.joinpath("prod", "notes.json").write_text('{"of": "something else"}')
    pinned(light, "prod/*")
    done = light.replay()
    done.assert_outcomes(passed=1, failed=1, warnings=1)
    done.stdout.fnmatch_lines(["*test_production[[]broken[]]*", "*not pinned: prod/notes.json: this looks like JSON*"])


def test_a_log_that_needs_a_map_is_to_be_imported_first(light):
    line = json.dumps({"asked": {"model": "gpt-5", "messages": []}, "said": {"choices": []}})
    light.path.joinpath("a.jsonl").write_text(f"{line}\n{line}\n")
    pinned(light, "a.jsonl")
    text = light.replay().stdout.str()
    assert "import it and say where it keeps them: oao import FILE --map request=PATH,response=PATH" in text


def test_sessions_are_filtered_sampled_and_told_apart(light):
    journals(light, ["one", "two", "three", "four"])
    pinned(light, "prod/*.oao.jsonl", ', where={"metadata.task": ["t*", "one"]}')
    light.replay().assert_outcomes(passed=3)
    pinned(light, "prod/*.oao.jsonl", ", sample=2, seed=7")
    first = light.replay("-v")
    first.assert_outcomes(passed=2)
    light.replay("-v").stdout.fnmatch_lines_random(
        [line for line in first.outlines if "PASSED" in line and "[gw" not in line]
    )
    pinned(light, "prod/*.oao.jsonl", ", distinct=True")
    light.replay().assert_outcomes(passed=1)
    pinned(light, "prod/*.oao.jsonl", ", where=lambda facts: facts.models == ('gpt-test',), sample=0.5")
    light.replay().assert_outcomes(passed=2)


OTHER_RELEASE = """
from pytest_oao.plugin import dump_cassettes
dump_cassettes.runtime_versions = lambda: {"pytest-oao": "0.0.9"}
"""


def test_a_session_is_chosen_by_today_s_prices(light):
    journals(light, ["hello"])
    pinned(light, "prod/*.oao.jsonl", ", where={'cost': '< 5'}")
    done = light.replay()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*none of 1 sessions has a known cost*", "*oao_prices*"])
    light.path.joinpath("prices.yaml").write_text("gpt-test: {input: 1, output: 4}\n")
    light.replay("-o", "oao_prices=prices.yaml").assert_outcomes(passed=1)
    light.path.joinpath("prices.yaml").write_text("gpt-test: {input: 1000000000, output: 4}\n")
    light.replay("-o", "oao_prices=prices.yaml").assert_outcomes(skipped=1)


def test_a_dump_is_pinned_directly_and_imported_once(light):
    (journal,) = journals(light, ["I want a refund"])
    session = pytest_oao.load(journal)
    call, outcome = session.exchanges[0].call, session.exchanges[0].outcome
    har = {
        "log": {
            "version": "1.2",
            "creator": {},
            "entries": [
                {
                    "startedDateTime": "2026-11-21T10:00:00Z",
                    "time": 5,
                    "request": {
                        "method": "POST",
                        "url": call.url,
                        "headers": [{"name": "content-type", "value": "application/json"}],
                        "postData": {"mimeType": "application/json", "text": call.body.data.decode()},
                    },
                    "response": {
                        "status": 200,
                        "headers": [{"name": "content-type", "value": "application/json"}],
                        "content": {"mimeType": "application/json", "text": outcome.body.data.decode()},
                    },
                }
            ],
        }
    }
    light.path.joinpath("dumps").mkdir()
    light.path.joinpath("dumps", "prod.json").write_text(json.dumps(har))
    pinned(light, "dumps/*.json")
    light.replay().assert_outcomes(passed=1)
    folder = light.path / ".pytest_cache" / "d" / "oao-dumps"
    made = {path: path.stat().st_mtime_ns for path in folder.rglob("*.yaml")}
    assert len(made) == 1
    light.replay().assert_outcomes(passed=1)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.yaml")} == made
    (index,) = folder.rglob("index.json")
    index.write_text(index.read_text()[:30])  # the disk was full
    light.replay().assert_outcomes(passed=1)
    next(iter(made)).unlink()
    light.replay().assert_outcomes(passed=1)
    light.replay("-o", "oao_keep_headers=x-tenant").assert_outcomes(passed=1)
    assert len([*folder.rglob("*.yaml")]) == 2, "what keeps more headers is imported anew"
    light.write(conftest=OTHER_RELEASE)
    light.replay().assert_outcomes(passed=1)
    assert len([*folder.rglob("*.yaml")]) == 3, "another release may read it otherwise"
    light.path.joinpath("conftest.py").unlink()
    shutil.rmtree(light.path / ".pytest_cache")
    light.replay("-p", "no:cacheprovider").assert_outcomes(passed=1)
    shutil.rmtree(light.path / ".pytest_cache", ignore_errors=True)
    light.path.joinpath(".pytest_cache").write_text("in the way, as on a disk that is only read")
    light.replay().assert_outcomes(passed=1)


WRITTEN_MEANWHILE = """
import pathlib, sys

DUMP, opened = pathlib.Path(__file__).parent / "dump.jsonl", []

def write_before_the_second_reading(event, args):
    if event == "open" and args[0] == str(DUMP):
        opened.append(event)
        if len(opened) == 2:
            DUMP.write_text(DUMP.read_text().replace("OLD", "NEW"))

sys.addaudithook(write_before_the_second_reading)
"""


def test_a_dump_that_is_written_while_it_is_imported_is_refused_and_nothing_kept_of_it(light):
    messages = [{"role": "system", "content": "You are terse."}, {"role": "user", "content": "hi"}]
    asked = {"model": "gpt-test", "messages": messages}
    message = {"role": "assistant", "content": "OLD"}
    said = {"object": "chat.completion", "model": "gpt-test", "choices": [{"index": 0, "message": message}]}
    dump = light.path / "dump.jsonl"
    dump.write_text(json.dumps({"session_id": "s", "request": asked, "response": said}) + "\n")
    light.write(
        conftest=WRITTEN_MEANWHILE,
        test_agent="""
        import pytest
        from my_agent import answer

        @pytest.mark.oao_sessions("dump.jsonl")
        def test_production(session):
            assert answer("hi") == "OLD"
        """,
    )
    done = light.run()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*test_production: dump.jsonl: the file changed while it was imported*"])
    light.path.joinpath("conftest.py").unlink()
    dump.write_text(dump.read_text().replace("NEW", "OLD"))
    light.run().assert_outcomes(passed=1)


KEPT_FROM_US = """
import errno, sys

def refuse(event, args):
    if event == "open" and str(args[0]).endswith(("kept.jsonl", "kept.yaml")):
        raise PermissionError(errno.EACCES, "Permission denied", args[0])

sys.addaudithook(refuse)
"""


@pytest.mark.parametrize("name", ["kept.jsonl", "kept.yaml"])
def test_a_file_that_cannot_be_read_is_told_beside_those_that_can(light, name):
    journals(light, ["I want a refund"])
    light.path.joinpath("prod", name).write_text("oao: 1")
    light.write(conftest=KEPT_FROM_US)
    for pattern, told in (("prod/*", {"passed": 1, "warnings": 1}), (f"prod/{name}", {"errors": 1})):
        pinned(light, pattern)
        done = light.replay()
        done.assert_outcomes(**told)
        done.stdout.fnmatch_lines([f"*{name}: the file cannot be read: Permission denied*", "*See that this user may*"])


LOCKED = """
import pathlib, sys

def refuse(event, args):
    if event == "os.scandir" and pathlib.Path(str(args[0])).name == "locked":
        raise PermissionError(13, "Permission denied", str(args[0]))

sys.addaudithook(refuse)
"""


def test_a_folder_in_it_that_cannot_be_read_is_an_error_and_no_test_less(light):
    journals(light, ["I want a refund"])
    light.path.joinpath("prod", "locked").mkdir()
    light.write(conftest=LOCKED)
    pinned(light, "prod")
    done = light.replay("test_agent.py")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*prod/locked: the folder cannot be read: Permission denied*", "*See that this user*"])


REMOVED_MEANWHILE = """
import pathlib, sys

FOLDER = pathlib.Path(__file__).parent / "prod"

def remove_the_last_once_the_first_is_read(event, args):
    if event == "open" and pathlib.Path(str(args[0])).parent == FOLDER:
        for path in sorted(FOLDER.iterdir())[1:]:
            path.unlink()

sys.addaudithook(remove_the_last_once_the_first_is_read)
"""


def test_a_journal_that_its_store_removed_since_it_was_listed_is_no_session(light):
    (kept, _) = journals(light, ["I want a refund", "Where is it?"])
    light.write(conftest=REMOVED_MEANWHILE)
    pinned(light, "prod/*.oao.jsonl")
    done = light.replay("-v")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines([f"*::test_production[[]{kept.name.removesuffix('.oao.jsonl')}[]] PASSED*"])


def test_of_a_dump_a_run_without_a_call_is_no_session_and_no_worry(light):
    told = {"projectId": "p", "parentObservationId": None, "startTime": "2026-01-01T00:00:00Z"}
    calls = {
        "type": "GENERATION",
        "model": "gpt-test",
        "endTime": "2026-01-01T00:00:01Z",
        "input": "hi",
        "output": "ho",
    }
    lines = [{"id": "a", "traceId": "t1", "type": "SPAN"}, {"id": "b", "traceId": "t2", **calls}]
    dump = light.path.joinpath("dump.jsonl")
    dump.write_text("".join(json.dumps(told | line) + "\n" for line in lines))
    light.write(
        test_agent="""
        import pytest

        @pytest.mark.oao_sessions("dump.jsonl")
        def test_production(session):
            assert session.output
        """
    )
    done = light.replay("-v", "-W", "error")
    done.stdout.fnmatch_lines(["*::test_production[[]t2[]] *"])
    dump.write_text(json.dumps(told | lines[0]) + "\n")
    light.replay().stdout.fnmatch_lines(["*no session of it can be used: dump.jsonl: line 1: the run holds no call. *"])


REFUSED = {
    '"nothing/*.yaml"': "*test_?.py::test_production: nothing/[*].yaml: no file is named by this*",
    '"prod/*", were={}': "*has no argument 'were'*",
    '"prod/*", where={"colour": "red"}': "*nothing is known by that name*",
    '"prod/*", where={"metadata.taks": "hello"}': "*none of 1 sessions has 'taks' in its metadata*",
    '"prod/*", where={"metadata.task": "> x"}': "*only numbers are compared*",
    '"prod/*", where={"cost": 10**5000, "date": 7}': "*where={'date': 7}: this is no date*",
    '"prod/*", where={"tag": 10**5000}': "*where={'tag': <int of too many digits>}: nothing can be that*",
    '"prod/*", where={"date": ">= nonsense"}': "*test_?.py::test_production: where={'date': '>= nonsense'}: *no date*",
    '"prod/*", where=lambda facts: facts.colour': "*test_?.py::test_production: the function where= raised Attribute*",
    '"prod/*", sample=1.5': "*sample=1.5 is neither a number nor a part*",
    "": "*names no sessions*",
    '"prod#20261121T101500Z-1f0c9a3e"': "*import it, and pin what it becomes: oao import 'prod#20261121T101500Z-1f0c9a3e'*",
    '"redis://:secret@host/0#run"': "*test_??.py::test_production: redis://host/0#run: this is an address of a store, and*",
}


def test_what_cannot_be_meant_is_refused_at_collection(light):
    journals(light, ["hello"])
    files = {f"test_{n}": PINNED.replace('"{paths}"{more}', arguments) for n, arguments in enumerate(REFUSED)}
    alone = PINNED.format(paths="prod/*", more="").replace("session, oao", "oao")
    light.write(**files, test_alone=alone, test_agent="")
    done = light.run()
    done.assert_outcomes(errors=len(REFUSED) + 1)
    done.stdout.fnmatch_lines_random([*REFUSED.values(), "*takes one as its argument `session`*"])
    done.stdout.no_fnmatch_line("*Traceback*")


NEVER_PINNED = {
    "a class of unittest's": """
        @pytest.mark.oao_sessions("prod")
        class TestRefund(unittest.TestCase):
            def test_a(self):
                assert answer("bye")
        """,
    "a method of one": """
        class TestRefund(unittest.TestCase):
            @pytest.mark.oao_sessions("prod")
            def test_a(self):
                assert answer("bye")
        """,
    "a mark of a hook's": """
        def test_a():
            assert answer("bye")
        """,
}
MARKING = """
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        if item.cls is None:
            item.add_marker(pytest.mark.oao_sessions("prod"))
"""


@pytest.mark.parametrize("test", NEVER_PINNED)
def test_where_pytest_makes_no_parameters_a_pin_is_refused_at_collection(light, test):
    journals(light, ["hello"])
    imports = "import pytest, unittest\nfrom my_agent import answer\n"
    light.write(conftest=MARKING, test_agent=imports + textwrap.dedent(NEVER_PINNED[test]))
    seen = light.server_count()
    for option in ((), ("--oao-record",)):
        done = light.run(*option)
        done.assert_outcomes()
        done.stderr.fnmatch_lines(["*test_agent.py::*test_a: *gave it no session*", "*unittest.TestCase*"])
    assert light.server_count() == seen
    assert light.cassettes() == []


def test_what_an_attempt_does_to_its_session_no_other_sees(light):
    journals(light, ["hello"])
    light.write(
        test_agent="""
        import pytest
        from my_agent import answer

        attempts = []

        @pytest.mark.parametrize("number", [1, 2])
        @pytest.mark.oao_sessions("prod")
        def test_production(session, oao, number):
            assert answer(session.input) == session.output
            assert "seen" not in session.metadata
            session.session.header.metadata["seen"] = True
            assert session.metadata["seen"]
            attempts.append(number)
            assert attempts != [1], "the first attempt of all fails"
        """
    )
    done = light.replay("-p", "pytest_rerunfailures", "--reruns", "1")
    assert "2 passed, 1 rerun" in done.stdout.str()


def test_sessions_of_which_none_is_chosen_are_an_empty_set_of_parameters(light):
    journals(light, ["hello", "bye"])
    beside = "\n\ndef test_beside(): pass\n"
    light.write(test_agent=PINNED.format(paths="prod/*", more=', where={"metadata.task": "helo"}') + beside)
    why = (
        "*none of 2 sessions is chosen by where={'metadata.task': 'helo'}; metadata.task in them: bye, hello; "
        "did you mean hello[?]; oao show -v tells what *"
    )
    for option in ("--oao-replay", "--oao-record"):
        done = light.run("-rs", option)
        done.assert_outcomes(passed=1, skipped=1)
        done.stdout.fnmatch_lines([f"SKIPPED*{why}"])
    assert light.cassettes() == []
    done = light.replay("-rx", "-o", "empty_parameter_set_mark=xfail")
    done.assert_outcomes(passed=1, xfailed=1)
    done.stdout.fnmatch_lines([f"XFAIL*{why}"])
    done = light.replay("-o", "empty_parameter_set_mark=fail_at_collect")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*test_agent.py::test_production: none of 2 sessions is chosen by where=*"])


def test_a_cassette_that_cannot_be_read_is_chosen_by_every_filter(light):
    journals(light, ["hello"])
    light.path.joinpath("prod", "broken.yaml").write_text("oao: 1\nsession: x\n")
    pinned(light, "prod/*", ', where={"tag": "none"}')
    light.replay().assert_outcomes(failed=1)


def test_a_folder_is_its_cassettes_and_journals_at_any_depth(light):
    journals(light, ["hello"])
    (second,) = journals(light, ["bye"], "prod/[2026]")
    done = light.command("import", str(second), "-o", "prod/kept")
    assert done.returncode == 0, done.stderr
    light.path.joinpath("prod", "notes.md").write_text("# Notes")
    light.path.joinpath("prod", "dump.json").write_text('{"of": "something else"}')
    pinned(light, "prod")
    light.replay("-W", "error").assert_outcomes(passed=3)
    for paths in ("prod/[2026]", f"{second}", f"{second.parent}", "prod/[2026]/*.jsonl", f"{second.parent}/*"):
        pinned(light, paths)
        light.replay().assert_outcomes(passed=1)


def test_dumps_in_a_folder_that_are_not_taken_are_told(light):
    (journal,) = journals(light, ["hello"], "dumps")
    exchange = pytest_oao.load(journal).exchanges[0]
    pair = {"request": exchange.call.body.json(), "response": exchange.outcome.body.json()}
    for name in ("a.jsonl", "b.jsonl", "in/c.log", "in/d"):
        file = light.path / "dumps" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"session_id": name, **pair}) + "\n")
    blob = light.path / "dumps" / "blobs" / "a.json"  # what cassettes keep is none
    blob.parent.mkdir()
    blob.write_text(json.dumps(pair) + "\n")
    light.path.joinpath("dumps", "notes.md").write_text("# Notes")
    pinned(light, "dumps/")
    done = light.replay()
    done.assert_outcomes(passed=1, warnings=1)
    text = " ".join(done.stdout.str().split())
    assert (
        "oao: not pinned: dumps in the folder dumps, such as a.jsonl, in/c.log, in/d. It stands for the files in it that "
        "end in .yaml, .yml, .oao.jsonl. Name dumps besides: 'dumps/**/*.jsonl', 'dumps/**/*.log', 'dumps/in/d'; or "
        "those files alone: 'dumps/**/*.oao.jsonl'"
    ) in text
    pinned(light, "dumps/**/*.oao.jsonl")
    light.replay("-W", "error").assert_outcomes(passed=1)
    pinned(light, 'dumps/**/*.jsonl", "dumps/**/*.log", "dumps/in/d')
    light.replay("-W", "error").assert_outcomes(passed=5)


def test_a_folder_behind_a_link_is_pinned_where_it_is_named(light):
    journals(light, ["hello"])
    journals(light, ["bye"], "elsewhere")
    light.path.joinpath("prod", "link").symlink_to(light.path / "elsewhere")
    for paths, count in {"prod": 1, "prod/**/*.jsonl": 1, "prod/link": 1, "prod/*/*.jsonl": 1}.items():
        pinned(light, paths)
        light.replay().assert_outcomes(passed=count)


RECORDED_IN_VAIN = """
import pytest
from my_agent import answer

@pytest.mark.oao
def test_rec():
    answer("hello")
    assert False
"""


def test_of_a_folder_s_journals_those_count_that_hold_a_run_of_production_to_its_end(light):
    whole, short = journals(light, ["hello", "bye"], "cassettes/prod")
    light.write(test_fails=RECORDED_IN_VAIN)
    light.run("--oao-record", "test_fails.py").assert_outcomes(failed=1)
    light.path.joinpath("test_fails.py").unlink()
    (kept,) = light.path.rglob("test_rec.oao.jsonl")
    short.write_bytes(b"".join(short.read_bytes().splitlines(keepends=True)[:-1]))
    pinned(light, "cassettes")
    light.replay("-W", "error").assert_outcomes(passed=1)
    assert light.command("import", str(whole), "-o", "cassettes/prod").returncode == 0
    light.replay("-W", "error").assert_outcomes(passed=1)  # the cassette beside it
    pinned(light, "cassettes/**/*.jsonl")
    light.replay().assert_outcomes(passed=2, failed=1)  # who names them gets them
    for path in (whole, whole.parent / whole.name.replace(".oao.jsonl", ".yaml")):
        path.unlink()
    pinned(light, "cassettes")
    done = light.replay()
    done.assert_outcomes(errors=1)
    text = done.stdout.str().replace("\n", " ")
    assert "2 journals in this folder are passed over: 1 of a test whose recording failed, 1 without an end" in text
    kept.write_bytes(kept.read_bytes()[:-5])
    short.unlink()
    assert "1 journal in this folder is passed over: 1 without an end" in light.replay().stdout.str()


def test_a_file_that_is_no_cassette_does_not_stand_for_the_journal_beside_it(light):
    (journal,) = journals(light, ["hello"])
    beside = journal.with_name(journal.name.replace(".oao.jsonl", ".yaml"))
    beside.write_text("of: something else\n")
    pinned(light, "prod")
    done = light.replay()
    done.assert_outcomes(passed=1, warnings=1)
    done.stdout.fnmatch_lines([f"*not pinned: prod/{beside.name}: *"])
    beside.write_text("oao: 1\nsession: x\n")  # a cassette, if a damaged one
    light.replay().assert_outcomes(failed=1)


def test_a_journal_in_a_folder_that_is_damaged_is_a_test_that_says_so(light):
    (journal,) = journals(light, ["hello"])
    journal.write_bytes(journal.read_bytes().replace(b"hello", b"jello"))
    pinned(light, "prod")
    done = light.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*sha256 does not hold*"])


FOLDERS = {
    "dumps": "*dumps: there is no cassette and no journal in this folder*write 'dumps/[*][*]/[*].jsonl' for dumps of other *",
    "empty": "*empty: there is no cassette and no journal in this folder*oao import*",
    "missing": "*missing: no file is named by this*relative to *",
    "missing/*.yaml": "*missing/[*].yaml: no file is named by this*relative to *",
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_without_any_is_an_error_that_says_what_to_write(light, folder):
    light.path.joinpath("dumps").mkdir()
    light.path.joinpath("dumps", ".hidden.txt").write_text("")
    light.path.joinpath("dumps", "a.jsonl").write_text("{}\n")
    light.path.joinpath("empty").mkdir()
    pinned(light, folder)
    done = light.replay()
    done.assert_outcomes(errors=1)
    assert re.search(fnmatch.translate(FOLDERS[folder]), done.stdout.str().replace("\n", " "))


@pytest.mark.parametrize("paths", ["prod", "prod/**/*.jsonl", "[p]rod/**/*.jsonl"])
def test_what_is_hidden_is_passed_over_unless_it_is_named(light, paths):
    (journal,) = journals(light, ["hello"])
    for hidden in ("prod/.trash/more", "prod/.old"):
        light.path.joinpath(hidden).mkdir(parents=True)
        shutil.copy(journal, light.path / hidden)
    shutil.copy(journal, journal.with_name(f".{journal.name}"))
    pinned(light, paths)
    light.replay().assert_outcomes(passed=1)
    pinned(light, "prod/.old/*.jsonl")
    light.replay().assert_outcomes(passed=1)


def test_paths_may_be_objects(light):
    journals(light, ["hello"])
    path = 'pathlib.Path(__file__).parent / "prod"'
    light.write(test_agent="import pathlib\n" + PINNED.replace('"{paths}"{more}', f'{path} / "*.jsonl"'))
    light.replay().assert_outcomes(passed=1)


def test_files_that_are_part_of_a_session_are_not_pinned_by_themselves(light):
    folder = light.path / "project" / "s" / "subagents"
    folder.mkdir(parents=True)

    def line(name, parent, kind, **told):
        message = {"role": kind, "content": [{"type": "text", "text": "Hello"}], "id": name, "model": "claude-x"}
        return json.dumps(
            {"uuid": name, "parentUuid": parent, "sessionId": "s", "type": kind, "message": message, **told}
        )

    main = [line("u", None, "user"), line("a", "u", "assistant")]
    folder.parents[1].joinpath("s.jsonl").write_text("\n".join(main))
    folder.joinpath("agent-x.jsonl").write_text(line("b", None, "assistant", isSidechain=True, agentId="x"))
    light.write(
        test_agent="""
        import pytest

        @pytest.mark.oao_sessions("project/**/*.jsonl")
        def test_production(session):
            assert len(session.exchanges) == 2
        """
    )
    done = light.replay("-v", "-W", "error")
    done.stdout.no_fnmatch_line("*not pinned*")
    done.stdout.fnmatch_lines(["*::test_production[[]s[]]*"])
    folder.joinpath("agent-y.jsonl").write_text(line("c", None, "assistant", isSidechain=True, agentId="y"))
    light.replay().stdout.fnmatch_lines(["*assert 3 == 2*"])  # it is imported anew: what belongs to it has changed


STREAMED = """
import threading
from my_agent import answer

def stream(question):
    yield answer(question)
    yield answer("go on")
"""
SERVED = """
import threading, pytest_oao
from my_stream import answer, stream

with pytest_oao.record("prod", task="hi"):
    answer("hi, server")
    thread = threading.Thread(target=lambda: list(stream("hi")))
    thread.start()
    thread.join()
"""
CALLED = """
import pytest
from my_stream import answer, stream

@pytest.mark.oao_sessions("prod/*")
def test_stream(session, oao):
    answer("hi, server")
    list(stream(session.input))
"""


GONE = """
import asyncio, contextlib, pytest_oao
from my_agent import aanswer

recorder = pytest_oao.record("prod", task=lambda question: question)

@recorder
async def serve(question):
    with contextlib.suppress(TimeoutError):  # its client has gone
        await asyncio.wait_for(aanswer(question), 0.5 if question == "HANG" else None)

for question in ("hi", "HANG"):
    asyncio.run(serve(question))
"""
NOT_HEARD_OUT = """
import asyncio, pytest
from my_agent import aanswer, answer
from pytest_oao.runtime import overruns

overruns.SLACK = 0.1

@pytest.mark.oao_sessions("prod")
@pytest.mark.parametrize("ask", [answer, lambda question: asyncio.run(aanswer(question))], ids=["sync", "async"])
def test_agent(session, oao, ask):
    ask(session.input)
"""


def test_a_run_whose_client_went_away_ends_late_and_says_how_it_is_left_out(light):
    light.write(produce=GONE, test_agent=NOT_HEARD_OUT)
    assert light.script("produce.py").returncode == 0
    done = light.replay()
    done.assert_outcomes(passed=2, failed=2)
    report = [
        "oao: session ended late*call 1 of 1, lane 0*",
        "*because*the agent cancelled this call while recording; it now waits for an answer*",
        "*# leaves out runs whose client went away*",
        "*@pytest.mark.oao_sessions(..., where=lambda facts: facts.whole)*",
    ]
    done.stdout.fnmatch_lines([*report, *report])
    done.stdout.no_fnmatch_line("*TransportError*")
    light.edit("test_agent.py", '"prod"', '"prod", where=lambda facts: facts.whole')
    light.replay().assert_outcomes(passed=2)


def test_an_agent_that_a_server_ran_in_a_thread_of_its_own_is_called_without_one(light):
    light.write(my_stream=STREAMED, produce=SERVED)
    assert light.script("produce.py").returncode == 0
    light.write(test_agent=CALLED)
    light.replay().assert_outcomes(passed=1)
    light.edit(
        "my_stream.py",
        'yield answer(question)\n    yield answer("go on")',
        'yield answer("go on")\n    yield answer(question)',
    )
    done = light.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*calls reordered*"])
