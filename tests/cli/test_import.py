import gc
import gzip
import json
import os
from pathlib import Path

import pytest
import yaml

from pytest_oao.cassette import shelf
from pytest_oao.cassette.journal import Journal
from pytest_oao.model.sessions import Ending, Header
from pytest_oao.pullers.table import PULLERS

CHAT = {
    "request": {
        "method": "POST",
        "uri": "https://api.openai.com/v1/chat/completions",
        "body": '{"model":"gpt-5","messages":[]}',
        "headers": {
            "authorization": ["Bearer sk-planted-secret-1234567890abcdef"],
            "content-type": ["application/json"],
        },
    },
    "response": {
        "status": {"code": 200, "message": "OK"},
        "headers": {"content-type": ["text/event-stream"], "set-cookie": ["planted=1"]},
        "body": {"string": 'data: {"choices":[]}\n\ndata: {"a":"my-own-secret-7"}\n\ndata: [DONE]\n\n'},
    },
}
PLAIN = {
    "request": {
        "method": "GET",
        "uri": "https://e.com/?key=AIzaSyPlantedPlantedPlantedPlanted12345",
        "body": None,
        "headers": {},
    },
    "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "ok"}},
}


THERE = (
    "a cassette is there already, and holds something else. Replace it with --force, or import into another folder: -o."
)


def put(name, *interactions):
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = yaml.safe_dump({"interactions": list(interactions or (CHAT, PLAIN)), "version": 1}).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return name


def test_a_file_becomes_a_cassette(cli):
    code, out, err = cli("import", put("old/test_it.yaml"))
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "imported  old/test_it.yaml (vcrpy) to cassettes/test_it.yaml: 2 exchanges, 1 model call; without timing, chunks, headers",
        "1 imported, 0 refused, 0 skipped: 2 exchanges, 1 model call",
    ]
    session = shelf.load(Path("cassettes/test_it.yaml"))
    assert session.header.origin.source == "test_it.yaml"
    assert session.header.origin.lacked == ("timing", "chunks", "headers")
    assert session.header.redaction
    assert session.exchanges[0].outcome.body.data == CHAT["response"]["body"]["string"].encode()
    assert len(session.exchanges[0].outcome.sizes) == 3


def test_secrets_are_taken_out(cli):
    cli("import", put("it.yaml"), "--redact", "my-own-[a-z]+-[0-9]")
    data = Path("cassettes/it.yaml").read_text()
    assert not [secret for secret in ("sk-planted", "AIzaSyPlanted", "planted=1", "my-own-secret-7") if secret in data]


def test_secrets_are_in_no_name_either(cli):
    key = "sk-proj-" + "Ab3dEf6h" * 4
    code, said, _ = cli("import", put(f"old/test_it[{key}].yaml"))
    assert code == 0
    assert key not in said
    (made,) = Path("cassettes").iterdir()
    assert made.name.startswith("test_it_redacted-openai-key-")
    assert key not in made.read_text()


def test_secrets_of_the_ids_of_runs_are_in_no_name_and_on_no_line_and_no_run_is_lost(cli, log_of):
    key = "sk-proj-" + "Ab3dEf6h" * 4
    secrets = (key, "pw-plain-123", "hunter2hunter2", "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA")
    names = [f"{key} x", f"/{key}/", f"é{key}", f"user@host/{key}", "https://u:pw-plain-123@h/x"]
    names += ["api_key=hunter2hunter2", "Bearer Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA"]
    code, said, _ = cli("import", log_of(*names), "-v")
    assert code == 0
    made = list(Path("cassettes").iterdir())
    assert len(made) == len(names)
    told = [said, *(path.name + shelf.load(path).header.id for path in made)]
    assert not [secret for secret in secrets for text in told if secret in text]
    assert cli("import", log_of(*names))[1].splitlines()[-1].startswith("0 imported, 0 refused, 0 skipped, 7 imported")


def test_what_was_imported_before_is_told_as_such(cli):
    before = (0, "0 imported, 0 refused, 0 skipped, 1 imported before: 0 exchanges, 0 model calls\n", "")
    assert cli("import", put("it.yaml"))[0] == 0
    assert cli("import", "it.yaml") == before
    assert cli("import", put("it.yaml"), "--redact", "(?P<mine>never-there)") == before
    assert cli("import", "it.yaml", "--force")[1].startswith("replaced  it.yaml")
    text = Path("cassettes/it.yaml").read_text()
    Path("cassettes/it.yaml").write_text(text.replace("[DONE]", "[MINE]"))
    assert cli("seal", "cassettes/it.yaml")[0] == 0
    code, out, _ = cli("import", "it.yaml")
    assert (
        code,
        "cassettes/it.yaml: a cassette is there already, and holds something else. Replace it with" in out,
    ) == (
        1,
        True,
    )


def test_what_a_cassette_writes_otherwise_once_it_was_read_is_the_same(cli, log_of):
    log = Path(log_of("s-1"))
    log.write_text(log.read_text().replace('"content": "hi"', '"content": "half: \\ud83d, and \u00e9"'))
    assert cli("import", log)[0] == 0
    path = Path("cassettes/s-1.yaml")
    assert shelf.dumps(shelf.load(path)).data != path.read_bytes()
    assert cli("import", log)[0] == 0


def test_a_log_that_has_grown_is_no_import_of_before(cli, log_of):
    assert cli("import", log_of("s-1", "s-2"))[0] == 0
    code, out, _ = cli("import", log_of("s-1", "s-2", "s-2", "s-3"))
    assert code == 1
    assert out.splitlines() == [
        f"refused   log.jsonl: cassettes/s-2.yaml: {THERE}",
        "imported  log.jsonl (raw) to cassettes/s-3.yaml: 1 exchange, 1 model call; without HTTP calls, exact bytes, timing",
        "1 imported, 1 refused, 0 skipped, 1 imported before: 1 exchange, 1 model call",
    ]


def test_a_session_that_several_files_hold_is_imported_once(cli, log_of):
    def log_at(name, *sessions):
        return str(Path(log_of(*sessions)).rename(name))

    first, second = log_at("export-21.jsonl", "s-1", "s-2"), log_at("export-22.jsonl", "s-2", "s-3")
    assert cli("import", first)[0] == 0
    code, out, _ = cli("import", second)
    assert (code, out.splitlines()[-1].partition(":")[0]) == (0, "1 imported, 0 refused, 0 skipped, 1 imported before")
    for more, counts in (((), "3 imported"), ((), "0 imported"), (("--force",), "3 imported")):
        code, out, _ = cli("import", first, second, "-o", "both", *more)
        before = 1 if counts.startswith("3") else 4
        told = f"{counts}, 0 refused, 0 skipped, {before} imported before"
        assert (code, out.splitlines()[-1].partition(":")[0]) == (0, told)
    code, out, _ = cli("import", first, log_at("export-23.jsonl", "s-2", "s-2"), "-o", "new")
    assert (code, out.count("s-2.yaml: export-21.jsonl was imported there")) == (1, 1)


def test_what_is_redacted_now_was_not_imported_before(cli, journal):
    path = journal("it.oao.jsonl")
    assert cli("import", path)[0] == 0
    code, out, _ = cli("import", path, "--redact", "gpt-\\d")
    assert (code, out.count(f"refused   it.oao.jsonl: cassettes/it.yaml: {THERE}")) == (1, 1)
    assert cli("import", path, "--redact", "gpt-\\d", "--force")[0] == 0
    assert "gpt-5" not in Path("cassettes/it.yaml").read_text()
    for more in ((), ("--redact", "gpt-\\d"), ("--redact", "never-there")):
        code, out, _ = cli("import", path, *more)
        assert (code, out.partition(":")[0]) == (0, "0 imported, 0 refused, 0 skipped, 1 imported before")


def test_nothing_is_overwritten_unasked(cli):
    put("it.yaml")
    assert cli("import", "it.yaml")[0] == 0
    before = Path("cassettes/it.yaml").read_bytes()
    put("it.yaml", CHAT)
    code, out, _ = cli("import", "it.yaml")
    assert code == 1
    assert out.startswith(
        "refused   it.yaml: cassettes/it.yaml: a cassette is there already, and holds something else. "
    )
    assert Path("cassettes/it.yaml").read_bytes() == before
    assert cli("import", "it.yaml", "--force")[0] == 0
    assert Path("cassettes/it.yaml").read_bytes() != before


def test_what_is_new_is_not_waited_for_and_what_is_replaced_is(cli, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    cli("import", put("old/test_it.yaml"))
    assert not synced
    code, out, _ = cli("import", put("old/test_it.yaml", PLAIN), "--force")
    assert (code, out.split()[0]) == (0, "replaced")
    assert synced


def test_the_collector_of_garbage_is_left_as_it_was(cli):
    before = gc.get_threshold()
    cli("import", put("old/test_it.yaml"))
    assert cli("import", "nothing.yaml")[0] == 2
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)


def test_a_folder_keeps_its_folders_and_passes_over_what_is_no_recording(cli):
    put("old/test_a/test_one.yaml")
    put("old/test_a/test_two[gpt-4].yaml.gz")
    put("old/test_b/test_one.json")
    Path("old/readme.md").write_text("hello")
    Path("old/.git").mkdir()
    Path("old/.git/config").write_text("x")
    code, out, _ = cli("import", "old", "-o", "new/tests")
    assert code == 0
    assert "skipped   old/readme.md: this looks like text" in out
    assert out.endswith("3 imported, 0 refused, 1 skipped: 6 exchanges, 3 model calls\n")
    made = sorted(path.relative_to("new/tests").as_posix() for path in Path("new").rglob("*.yaml"))
    assert made[0] == "test_a/test_one.yaml"
    assert made[1].startswith("test_a/test_two_gpt-4-")
    assert made[2] == "test_b/test_one.yaml"


def test_the_recording_of_a_test_goes_where_the_test_looks(cli, pytester):
    for name in ("TestShop", "ShopTests"):
        put(f"old/API/test_shop/{name}.test_Get[A b].yaml", PLAIN)
    assert cli("import", "old", "-o", "cassettes")[0] == 0
    test = "    @pytest.mark.parametrize('x', ['A b'])\n    def test_Get(self, x, oao): found.append(oao.cassette.is_file())\n"
    classes = f"class TestShop:\n{test}class ShopTests:\n{test}"
    pytester.mkdir("API").joinpath("test_shop.py").write_text(
        f"import pytest\nfound = []\n{classes}def test_all(): assert found == [True, True]\n"
    )
    result = pytester.runpytest("-p", "no:randomly", "--oao-replay", "-o", "python_classes=*Test*", "API")
    result.assert_outcomes(failed=2, passed=1)  # the two made none of the calls that they found


def test_what_is_refused_is_told_and_the_others_are_imported(cli):
    Path("strange.json").write_text('{"a": 1}')
    Path("torn.yaml").write_text("interactions:\n- request: [")
    Path("evil.yaml").write_text("interactions:\n- request: !!python/object/apply:os.system ['true']\n")
    code, out, err = cli("import", "strange.json", put("fine.yaml"), "torn.yaml", "evil.yaml")
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert lines[0].startswith("refused   strange.json: this looks like JSON of some other kind. If it is a log")
    assert lines[1].startswith("imported  fine.yaml")
    assert lines[2].startswith("refused   torn.yaml: line 3, column 1: not YAML")
    assert lines[3].startswith("refused   evil.yaml: line 2, column 12: the tag !!python/object/apply:os.system")
    assert lines[4].startswith("1 imported, 3 refused, 0 skipped")
    assert [path.name for path in Path("cassettes").iterdir()] == ["fine.yaml"]


def test_two_files_of_one_name_do_not_replace_each_other(cli):
    code, out, _ = cli("import", put("a/it.yaml"), put("b/it.yaml", PLAIN), "--force")
    assert code == 1
    assert "refused   b/it.yaml: cassettes/it.yaml: a/it.yaml was imported there" in out
    code, out, _ = cli("import", "a/it.yaml", "b/it.yaml")
    assert (code, out.splitlines()[-1].partition(":")[0]) == (1, "0 imported, 1 refused, 0 skipped, 1 imported before")
    assert "refused   b/it.yaml: cassettes/it.yaml: a/it.yaml was imported there" in out


def test_two_imports_at_once_into_one_folder_leave_each_other_s_cassettes_alone(command):
    for number in range(20):
        put(f"a/it-{number}.yaml", PLAIN)
        put(f"b/it-{number}.yaml", PLAIN, PLAIN)
        put(f"both/one-{number}.yaml", PLAIN)
    running = [command("import", "both", one, "-v") for one in ("a", "b")]
    said = [line for one in running for line in one.communicate(timeout=120)[0].decode().splitlines()]
    told = [line.split()[1] for line in said if line.startswith("imported")]
    assert len([name for name in told if name.startswith("both")]) == 20
    for number in range(20):
        (source,) = [name for name in told if name.endswith(f"/it-{number}.yaml")]
        session = shelf.load(Path(f"cassettes/it-{number}.yaml"))
        assert len(session.exchanges) == (1 if source.startswith("a/") else 2)
    assert len([line for line in said if line.startswith("refused") and THERE in line]) == 20
    assert len(list(Path("cassettes").iterdir())) == 40


def test_the_format_can_be_named(cli):
    put("it.yaml")
    assert cli("import", "it.yaml", "--format", "vcrpy")[0] == 0
    assert cli("import", "it.yaml", "--format", "har", "--force")[0] == 1
    code, _, err = cli("import", "it.yaml", "--format", "rah")
    assert code == 2
    assert "vcrpy" in err


def test_a_bad_pattern_is_a_wrong_use(cli):
    code, _, err = cli("import", put("it.yaml"), "--redact", "(")
    assert code == 2
    assert "bad-option" in err
    assert err.startswith("oao: --redact: ")
    assert "oao_redact" not in err


@pytest.mark.parametrize(("text", "told"), [("", "an empty file"), ("hello", "text")])
def test_a_file_that_cannot_be_a_dump_is_refused_in_few_words(cli, text, told):
    Path("it").write_text(text)
    line = cli("import", "it")[1].splitlines()[0]
    assert line.startswith(f"refused   it: this looks like {told}. ")
    assert "har," not in line


def test_a_dump_is_not_shown_but_to_be_imported(cli):
    for command in ("show", "check"):
        code, out, err = cli(command, put("it.yaml"))
        assert code
        assert "it.yaml: this is a dump of another tool, of format vcrpy" in out + err
        assert "oao import it.yaml" in out + err
    Path("it.yaml").write_text("hello")
    assert "it does not begin as a cassette does" in cli("show", "it.yaml")[2]


@pytest.mark.parametrize("columns", [80, 120])
def test_the_help_tells_services_and_keeps_examples_whole(cli, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    code, out, _ = cli("import", "--help")
    assert code == 0
    for word in (
        *(f"{one.scheme}:" for one in PULLERS),
        "request=meta.req,response=meta.res,session=sid",
        "LANGFUSE_HOST",
    ):
        assert word in out


def test_a_cassette_of_ours_needs_no_import(cli, cassette):
    code, out, _ = cli("import", cassette())
    assert code == 1
    assert "this looks like a pytest-oao cassette" in out


def test_a_session_without_a_call_is_passed_over_in_a_folder_and_refused_by_its_name(cli, journal):
    Journal.create(Path("all/none.oao.jsonl"), Header("none")).close(Ending("passed"))
    journal("all/some.oao.jsonl")
    code, out, _ = cli("import", "all")
    assert (code, out.splitlines()[0]) == (0, "skipped   all/none.oao.jsonl: the session holds no call")
    assert sorted(path.name for path in Path("cassettes").iterdir()) == ["some.yaml"]
    code, out, _ = cli("import", "all/none.oao.jsonl", "all/some.oao.jsonl", "--force")
    assert code == 1
    assert out.startswith(
        "refused   all/none.oao.jsonl: the session holds no call. There is nothing to replay: delete it"
    )


def test_a_run_without_a_call_does_not_spoil_its_dump(cli):
    told = {
        "projectId": "p",
        "parentObservationId": None,
        "startTime": "2026-01-01T00:00:00Z",
        "endTime": "2026-01-01T00:00:01Z",
    }
    asked = {"model": "gpt-5", "input": [{"role": "user", "content": "hi"}], "output": "ho"}
    lines = [
        {"id": "a", "traceId": "t1", "type": "SPAN"} | told,
        {"id": "b", "traceId": "t2", "type": "GENERATION"} | told | asked,
    ]
    Path("lf.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, out, _ = cli("import", "lf.jsonl")
    assert (code, out.splitlines()[1]) == (0, "skipped   lf.jsonl: line 1: the run holds no call")
    assert out.splitlines()[2].startswith("1 imported, 0 refused, 1 skipped: ")
    assert cli("import", "lf.jsonl")[0] == 0
    Path("lf.jsonl").write_text(json.dumps(lines[0]) + "\n")
    code, out, _ = cli("import", "lf.jsonl")
    assert (code, out.partition(". ")[0]) == (1, "refused   lf.jsonl: line 1: the run holds no call")


@pytest.mark.parametrize("name", ["it.har", "it", "it.HAR"])
def test_an_archive_of_any_name(cli, name):
    request = {"method": "GET", "url": "https://e.com", "headers": []}
    entries = [
        {
            "startedDateTime": "2026-01-01T00:00:00Z",
            "time": 1,
            "request": request,
            "response": {"status": 204, "headers": []},
        }
    ]
    Path(name).write_text(json.dumps({"log": {"creator": {}, "entries": entries}}))
    assert cli("import", name)[0] == 0
    assert shelf.load(Path("cassettes/it.yaml")).exchanges[0].started_at == 1767225600.0


CONFIGURATIONS = {
    "pytest.toml": "[pytest]\noao_redact = ['my-own-[a-z]+-[0-9]']\n",
    "pytest.ini": "[pytest]\noao_redact =\n    other\n    my-own-[a-z]+-[0-9]\n",
    "pyproject.toml": "[tool.pytest.ini_options]\noao_redact = ['my-own-[a-z]+-[0-9]']\n",
    "tox.ini": "[tox]\nenvlist = a\n[pytest]\noao_redact = my-own-[a-z]+-[0-9]%?\n",
    "setup.cfg": "[tool:pytest]\noao_redact = my-own-[a-z]+-[0-9]\n",
}


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_the_project_s_own_patterns_are_taken_out(cli, monkeypatch, name, below):
    Path(name).write_text(CONFIGURATIONS[name])
    if below:
        Path("sub").mkdir()
        Path("sub/setup.cfg").write_text("[metadata]\nname = of nobody\n")
        monkeypatch.chdir("sub")
    cli("import", put("it.yaml"))
    assert "my-own-secret-7" not in Path("cassettes/it.yaml").read_text()


@pytest.mark.parametrize("name", ["pytest.toml", "pytest.ini"])
def test_the_first_configuration_that_pytest_would_read_counts(cli, name):
    Path(name).write_text("")
    Path("pyproject.toml").write_text(CONFIGURATIONS["pyproject.toml"])
    cli("import", put("it.yaml"))
    assert "my-own-secret-7" in Path("cassettes/it.yaml").read_text()


@pytest.mark.parametrize("text", ["[tool.pytest]\n", "[tool.other]\na = 1\n", "[project]\nname = 'a'\n"])
def test_a_file_that_pytest_passes_over_does_not_count(cli, text):
    Path("pyproject.toml").write_text(text)
    Path("tox.ini").write_text(CONFIGURATIONS["tox.ini"])
    cli("import", put("it.yaml"))
    assert "my-own-secret-7" not in Path("cassettes/it.yaml").read_text()


UNREADABLE = [
    ("pyproject.toml", "[tool"),
    ("pyproject.toml", "tool = 3"),
    ("pyproject.toml", "[tool]\npytest = 3"),
    ("pyproject.toml", "[tool.pytest]\nini_options = 3"),
    ("pytest.toml", "pytest = []"),
    ("pytest.toml", "[pytest]\noao_redact = 5"),
    ("pytest.toml", "[pytest]\noao_redact = [5]"),
    ("pytest.ini", "[pytest]\noao_redact"),
    ("tox.ini", "x"),
    ("setup.cfg", "\udcff"),
]


@pytest.mark.parametrize(("name", "text"), UNREADABLE)
def test_a_configuration_that_cannot_be_read_is_named_and_nothing_is_imported(cli, name, text):
    Path(name).write_text(text, "utf-8", "surrogateescape")
    code, _, err = cli("import", put("it.yaml"))
    assert code
    assert f"{name}: pytest's configuration cannot be read" in err
    assert not Path("cassettes").exists()


def _line(name, parent, kind, content, **told):
    message = {"role": kind, "content": content, "id": f"m-{name}", "model": "claude-x"}
    return json.dumps({"uuid": name, "parentUuid": parent, "sessionId": "s", "type": kind, "message": message, **told})


def test_a_file_that_is_part_of_a_session_is_passed_over_in_a_folder_and_refused_by_its_name(cli):
    Path("project/s/subagents").mkdir(parents=True)
    said = [{"type": "text", "text": "Hello"}]
    Path("project/s.jsonl").write_text(_line("u", None, "user", "hi") + "\n" + _line("a", "u", "assistant", said))
    part = Path("project/s/subagents/agent-x.jsonl")
    part.write_text(_line("v", None, "assistant", said, isSidechain=True, agentId="x"))
    code, out, _ = cli("import", "project")
    assert code == 0
    assert f"skipped   {part}: the file is a sub-agent's of project/s.jsonl, and is read with it" in out
    assert out.endswith("1 imported, 0 refused, 1 skipped: 2 exchanges, 2 model calls\n")
    code, out, _ = cli("import", part)
    assert code == 1
    assert out.startswith(f"refused   {part}: the file is a sub-agent's of")


def test_a_file_of_a_known_format_without_a_session_is_refused(cli):
    Path("results.json").write_text('{"info": {}, "tasks": [], "simulations": []}')
    code, out, _ = cli("import", "results.json")
    assert code == 1
    assert out.startswith("refused   results.json: the file holds no session")


@pytest.mark.parametrize("ending", ["", "\n"])
def test_a_log_that_is_still_written_is_imported_but_for_its_last_line(cli, ending):
    """Without an end it was cut off, or is yet to come; with one, somebody wrote it so."""
    request = {"model": "gpt-5", "messages": [{"role": "user", "content": "Hello"}]}
    answer = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-5",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
    }
    line = json.dumps({"session_id": "s-1", "request": request, "response": answer})
    Path("log.jsonl").write_text(f"{line}\n{line[:-40]}{ending}")
    code, out, _ = cli("import", "log.jsonl")
    if ending:
        assert code == 1
        assert "refused   log.jsonl: line 2: not JSON" in out
    else:
        assert code == 0
        assert out.splitlines()[1:] == [
            "skipped   log.jsonl: line 2: it is cut off, as in a log that is still written",
            "1 imported, 0 refused, 1 skipped: 1 exchange, 1 model call",
        ]


def test_a_file_whose_name_differs_by_case_only_from_one_that_was_imported_is_refused_or_another(cli):
    code, out, _ = cli("import", put("a/it.yaml", PLAIN), put("b/IT.yaml", PLAIN))
    assert code == 0, out
    made = sorted(path.name for path in Path("cassettes").iterdir())
    assert len(made) == len({name.casefold() for name in made}) == 2


def test_the_cassette_itself_may_be_named_where_there_is_one_session(cli):
    code, out, _ = cli("import", put("old/TestX.test_it[a-b].yaml"), "-o", "mine/test_it.yaml")
    assert (code, out.splitlines()[0].partition(": ")[0]) == (
        0,
        "imported  old/TestX.test_it[a-b].yaml (vcrpy) to mine/test_it.yaml",
    )
    assert len(shelf.load(Path("mine/test_it.yaml")).exchanges) == 2
    code, out, _ = cli("import", put("old/one.yaml"), put("old/two.yaml"), "-o", "mine/both.yaml")
    assert code == 1
    told = (
        "mine/both.yaml: -o names one cassette, and a session of old/one.yaml is in it. Name a folder instead: -o DIR."
    )
    assert told in out
    Path("folder.yaml").mkdir()
    assert cli("import", "old/one.yaml", "-o", "folder.yaml")[0] == 0
    assert Path("folder.yaml/one.yaml").is_file()
