from dataclasses import replace
from pathlib import Path

import pytest

from pytest_oao.cassette import shelf
from pytest_oao.cassette.journal import Journal
from pytest_oao.model.sessions import Ending, Header


def test_check_says_ok_file_by_file(cli, cassette, journal):
    cassette("folder/one.yaml", "a", "b")
    journal("folder/two.oao.jsonl")
    Path("folder", ".hidden").mkdir()
    Path("folder", ".hidden", "x.yaml").write_text("")
    Path("folder", "notes.txt").write_text("")
    code, out, err = cli("check", "folder")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "ok     folder/one.yaml: 2 exchanges",
        "ok     folder/two.oao.jsonl: 2 exchanges",
        "2 files checked, 0 wrong",
    ]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda data: data[:-40], "digest"),
        (lambda data: data.replace(b"hello", b"hallo"), "edited or damaged"),
        (lambda data: b"", "empty"),
    ],
)
def test_check_says_what_is_wrong(cli, cassette, damage, reason):
    cassette("fine.yaml")
    path = cassette("bad.yaml", "hello")
    path.write_bytes(damage(path.read_bytes()))
    code, out, _ = cli("check", "fine.yaml", "bad.yaml")
    lines = out.splitlines()
    assert code == 1
    assert lines[0].startswith("ok     fine.yaml")
    assert lines[1].startswith("wrong  bad.yaml: ")
    assert reason in lines[1]
    assert lines[2] == "2 files checked, 1 wrong"


def test_check_wants_whole_journals(cli, journal):
    path = journal("killed.oao.jsonl", ending=None)
    code, out, _ = cli("check", path)
    assert code == 1
    assert "wrong  killed.oao.jsonl: the session is incomplete" in out


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (Ending("failed", "ValueError"), "; ended: failed: ValueError"),
        (Ending("failed"), "; ended: failed"),
        (
            Ending("stopped", "the run made 3 model calls, 2 are allowed\nin all"),
            "; ended: stopped: the run made 3",
        ),
        (Ending("unknown"), ""),
    ],
)
def test_check_says_how_a_run_ended_that_did_not_pass(cli, journal, session, ending, told):
    journal("it.oao.jsonl", ending)
    shelf.save(replace(session(), ending=ending), Path("it.yaml"))
    code, out, _ = cli("check", "it.oao.jsonl", "it.yaml")
    one, other, counts = out.splitlines()
    assert (code, counts) == (0, "2 files checked, 0 wrong")
    assert one.startswith(f"ok     it.oao.jsonl: 2 exchanges{told}")
    assert other.startswith(f"ok     it.yaml: 1 exchange{told}")
    assert one.endswith("exchanges") == (not told)


def test_a_journal_that_a_power_cut_left_is_shown_as_far_as_it_goes(cli, journal):
    path = journal("sessions/20261121T101500Z-1f0c9a3e.oao.jsonl")
    *lines, _ = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines) + bytes(4096))
    code, out, err = cli("show", path)
    assert (code, err) == (0, "")
    assert "two" in out
    cut = "line 6 (byte {}): the line is cut short, and NUL bytes stand in its place, as after a power cut"
    assert cut.format(sum(map(len, lines))) in cli("check", path)[1]
    assert cut.format(sum(map(len, lines))) in cli("import", path)[1]
    assert "skipped   sessions/20261121T101500Z-1f0c9a3e.oao.jsonl: it has no end" in cli("import", "sessions")[1]


@pytest.mark.parametrize("left", [b"", bytes(4096), b'{"pre', b'{"pre' + bytes(300)])
def test_a_journal_of_which_a_power_cut_left_no_line_is_one_that_was_cut_off(cli, left):
    path = Path("it.oao.jsonl")
    path.write_bytes(left)
    code, _, err = cli("show", path)
    assert (code, err.count("was cut off before its first line was whole")) == (2, 1)
    assert "was cut off before its first line was whole" in cli("check", path)[1]
    path.rename("it.yaml")
    assert "cut off" not in cli("show", "it.yaml")[2]


def test_check_wants_cassettes_of_runs_that_ended(cli, session):
    shelf.save(replace(session(), ending=None), Path("it.yaml"))
    code, out, _ = cli("check", "it.yaml")
    assert code == 1
    assert "wrong  it.yaml" in out


@pytest.mark.parametrize(
    ("command", "noun"),
    [("show", "cassette or journal"), ("check", "cassette or journal"), ("seal", "cassette"), ("import", "file")],
)
def test_a_folder_with_nothing_to_work_on_is_told(cli, cassette, command, noun):
    Path("empty").mkdir()
    Path("empty/.hidden.yaml").touch()
    code, out, err = cli(command, "empty/")
    assert (code, out) == (2, "")
    assert err.startswith(f"oao: empty: there is no {noun} in it\n")
    if command != "import":
        assert cli(command, "empty", cassette())[0] == 0


def test_show_prints_cassettes_and_whatever_is_left_of_a_journal(cli, cassette, journal):
    code, out, err = cli("show", cassette(), journal("killed.oao.jsonl", ending=None))
    assert (code, err) == (0, "")
    assert "a-session" in out
    assert "a-journal" in out


def test_show_goes_on_after_one_that_cannot_be_read(cli, cassette, journal):
    cassette("folder/a.yaml")
    whole = journal("folder/c.oao.jsonl")
    Path("folder/b.oao.jsonl").write_bytes(whole.read_bytes()[:40])
    code, out, err = cli("show", "folder")
    assert (code, err) == (1, "")
    first, second, third = out.split("\n\nfolder/")
    assert second.startswith("b.oao.jsonl:\n  wrong: ")
    assert all("session" in shown for shown in (first, third))
    code, out, err = cli("show", "folder/b.oao.jsonl")
    assert (code, out) == (2, "")
    assert err.startswith("oao: folder/b.oao.jsonl")


def test_show_takes_folders_and_names_each_of_several_files(cli, cassette, journal):
    one, other = cassette("folder/a.yaml"), journal("folder/b.oao.jsonl")
    Path("folder/readme.md").write_text("# no recording\n")
    alone = [cli("show", path)[1] for path in (one, other)]
    assert not any("folder" in text for text in alone)
    code, out, err = cli("show", "folder")
    assert (code, err) == (0, "")
    assert out == f"{one}:\n{alone[0]}\n{other}:\n{alone[1]}"


def test_a_file_that_never_was_a_cassette_need_not_come_from_version_control(cli):
    Path("agent.py").write_text("import openai\n")
    code, _, err = cli("show", "agent.py")
    assert code == 2
    assert "\n  If it ever was one: take it from version control" in err


def test_diff_of_the_same_says_so(cli, cassette):
    code, out, _ = cli("diff", cassette("a.yaml"), cassette("b.yaml"))
    assert code == 0
    assert "all the same" in out


def test_diff_of_others_shows_them(cli, cassette):
    code, out, _ = cli("diff", cassette("a.yaml", "hello"), cassette("b.yaml", "goodbye"))
    assert code == 1
    assert "goodbye" in out


def test_diff_sees_another_end(cli, cassette, session):
    shelf.save(replace(session(), ending=Ending("failed")), Path("b.yaml"))
    assert cli("diff", cassette("a.yaml"), "b.yaml")[0] == 1


def test_seal_accepts_an_edit(cli, cassette):
    path = cassette("it.yaml", "hello")
    path.write_bytes(path.read_bytes().replace(b"hello", b"hallo"))
    assert cli("check", path)[0] == 1
    assert cli("seal", path)[:2] == (0, "sealed     it.yaml: 1 exchange\n1 file sealed, 0 unchanged, 0 refused\n")
    assert cli("check", path)[0] == 0


def test_seal_refuses_what_is_none(cli):
    Path("it.yaml").write_text("a: b\n")
    code, out, _ = cli("seal", "it.yaml")
    assert code == 1
    assert out.startswith("refused    it.yaml: it does not begin as a cassette does")
    assert out.endswith("\n0 files sealed, 0 unchanged, 1 refused\n")
    assert cli("seal", "nowhere.yaml")[0] == 2


def test_seal_takes_folders_and_leaves_alone_what_nobody_edited(cli, cassette, journal):
    edited, whole, broken = (cassette(f"folder/{name}.yaml", "hello") for name in ("a/edited", "b/whole", "c/broken"))
    journal("folder/it.oao.jsonl")
    edited.write_bytes(edited.read_bytes().replace(b"hello", b"hallo"))
    broken.write_bytes(broken.read_bytes()[:100])
    before, old = whole.stat(), broken.read_bytes()
    code, out, err = cli("seal", "folder")
    assert (code, err) == (1, "")
    told = out.splitlines()
    assert told[0] == "sealed     folder/a/edited.yaml: 1 exchange"
    assert told[1] == "unchanged  folder/b/whole.yaml: 1 exchange"
    assert told[2].startswith("refused    folder/c/broken.yaml: ")
    assert told[3:] == ["1 file sealed, 1 unchanged, 1 refused"]
    assert (whole.stat().st_ino, whole.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert broken.read_bytes() == old
    assert cli("check", "folder/a", "folder/b", "folder/it.oao.jsonl")[0] == 0


def test_a_journal_can_be_imported(cli, journal):
    code, out, err = cli("import", journal())
    assert (code, err) == (0, "")
    assert "imported  it.oao.jsonl (journal) to cassettes/it.yaml: 2 exchanges, 2 model calls" in out
    assert cli("check", "cassettes")[0] == 0


@pytest.mark.parametrize("ending", [None, Ending("failed")])
def test_a_journal_without_an_end_is_refused(cli, journal, ending):
    code, out, _ = cli("import", journal(ending=ending))
    assert code == (1 if ending is None else 0)
    assert out.startswith("refused " if ending is None else "imported ")


@pytest.mark.parametrize(
    ("test", "remedy"),
    [("", "; only a session that ended can be replayed.\n"), ("test_a.py::test_b", ", or record it")],
)
@pytest.mark.parametrize("command", ["check", "import"])
def test_only_what_a_test_recorded_can_be_recorded_again(cli, command, test, remedy):
    Journal.create(Path("it.oao.jsonl"), Header("killed", test=test)).abandon()
    code, out, _ = cli(command, "it.oao.jsonl")
    assert code == 1
    assert f" Look at what there is with `oao show`{remedy}" in out


@pytest.mark.parametrize(("count", "were", "they"), [(1, "a call was", "it"), (2, "calls were", "they")])
def test_calls_in_doubt_are_counted(cli, session, count, were, they):
    whole = session("a", "b", "c")
    doubt = tuple(exchange.call for exchange in whole.exchanges[-count:])
    shelf.save(replace(whole, exchanges=whole.exchanges[:-count], in_doubt=doubt), Path("it.yaml"))
    assert f"when it ended, {were} still under way (" in cli("check", "it.yaml")[1]
    assert f"started and never settled: {they} may have happened" in cli("show", "it.yaml")[1]


def test_a_strange_name_stays_on_its_line(cli, cassette):
    path = cassette("a\n::error::b\x1b.yaml")
    assert cli("check", path)[1].startswith("ok     a\\n\\x3a:error::b\\x1b.yaml: 1 exchange\n")
