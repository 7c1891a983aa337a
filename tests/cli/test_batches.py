from dataclasses import replace
from pathlib import Path

from pytest_oao.cassette import shelf
from pytest_oao.cli.batches import Batch, told
from pytest_oao.cli.output import count_of
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import DENIED, REFUSED, Raised, Returned
from pytest_oao.model.sessions import Header, Origin, Session


def test_many_sessions_of_a_file_are_told_in_one_line(cli, log_of):
    few = cli("import", log_of(*(f"run-{number}" for number in range(5))), "-o", "few")[1].splitlines()
    assert [line.partition(":")[0] for line in few] == [
        *(f"imported  log.jsonl (raw) to few/run-{number}.yaml" for number in range(5)),
        "5 imported, 0 refused, 0 skipped",
    ]
    log_of(*(f"run-{number}" for number in range(100)))
    code, out, _ = cli("import", "log.jsonl", "-o", "many")
    told, total = out.splitlines()
    assert code == 0
    assert told.startswith("imported  log.jsonl (raw) to many: 100 sessions: 100 exchanges, 100 model calls; without ")
    assert total == "100 imported, 0 refused, 0 skipped: 100 exchanges, 100 model calls"
    assert len(list(Path("many").iterdir())) == 100
    assert len(cli("import", "log.jsonl", "-o", "verbose", "-v")[1].splitlines()) == 101


def test_what_is_refused_of_many_has_a_line_of_its_own(cli, log_of):
    log_of(*(f"run-{number}" for number in range(10)))
    cli("import", "log.jsonl")
    Path("cassettes/run-3.yaml").unlink()
    log = Path("log.jsonl")
    log.write_text(log.read_text().replace('"content": "ho"', '"content": "another"'))
    code, out, _ = cli("import", "log.jsonl")
    lines = out.splitlines()
    assert code == 1
    assert len([line for line in lines if line.startswith("refused   log.jsonl: cassettes/run-")]) == 9
    assert lines[-2].startswith("imported  log.jsonl (raw) to cassettes/run-3.yaml: ")
    assert lines[-1].startswith("1 imported, 9 refused")


def test_many_files_of_a_folder_are_told_in_a_line_for_each_format(cli, log_of):
    for number in range(7):
        Path("dumps", str(number % 2)).mkdir(parents=True, exist_ok=True)
        Path(log_of(f"run-{number}")).rename(Path("dumps", str(number % 2), f"{number}.jsonl"))
    Path(log_of("run-7", "run-8")).rename(Path("dumps", "7.jsonl"))
    Path("dumps/notes.json").write_text('{"a": 1}')
    for number in range(6):
        Path(f"dumps/{number}.txt").write_text("some words")
    code, out, _ = cli("import", "dumps", "-o", "all")
    assert (code, [line.partition(": 1 ex")[0].partition("; ")[0] for line in out.splitlines()]) == (
        0,
        [
            "skipped   dumps: this looks like text (6 times)",
            "skipped   dumps/notes.json: this looks like JSON of some other kind",
            "imported  dumps (raw) to all: 9 sessions of 8 files: 9 exchanges, 9 model calls",
            "9 imported, 0 refused, 7 skipped: 9 exchanges, 9 model calls",
        ],
    )
    assert len(cli("import", "dumps", "-o", "verbose", "-v")[1].splitlines()) == 17


def test_files_that_are_named_and_few_files_of_a_folder_are_told_one_by_one(cli, log_of):
    Path("dumps").mkdir()
    for number in range(7):
        Path(log_of(f"run-{number}")).rename(Path("dumps", f"{number}.jsonl"))
    named = [line.split()[1] for line in cli("import", *map(str, sorted(Path("dumps").iterdir())))[1].splitlines()]
    assert named[:-1] == [f"dumps/{number}.jsonl" for number in range(7)]
    Path("dumps/5.jsonl").unlink()
    Path("dumps/6.jsonl").unlink()
    few = [line.split()[1] for line in cli("import", "dumps", "-o", "few")[1].splitlines()]
    assert few[:-1] == [f"dumps/{number}.jsonl" for number in range(5)]


def test_what_some_lack_and_what_never_ended_is_counted():
    batch = Batch()
    for number in range(8):
        lacked = ("timing",) if number else ("timing", "chunks")
        header = Header(str(number), origin=Origin("imported", "raw", "x", lacked))
        open_calls = (Call("chat", "POST /x"),) if number == 7 else ()
        assert batch.add("line", Session(header, (), None, open_calls), Path("here", f"{number}.yaml")) == []
    assert batch.end("done") == [
        (
            "done: 0 exchanges, 0 model calls; without timing, chunks (in 1); "
            "1 with calls that never ended, which cannot be replayed"
        )
    ]
    assert batch.folder(Path("elsewhere")) == Path("here")


def test_calls_that_were_not_made_are_counted_apart():
    """Neither a policy's denial nor a person's no is a call."""
    call, tool = Call("chat", "POST /x"), Call("execute_tool", "look")
    made = Returned(Body(b"{}", "application/json"))
    outcomes = [(call, made), (tool, made), (call, Raised(DENIED, "no")), (tool, Raised(REFUSED, "no"))]
    session = Session(Header("x"), tuple(Exchange(seq, *one) for seq, one in enumerate(outcomes, 1)))
    assert told(session) == "2 exchanges, 1 model call, 2 calls not made"
    assert str(count_of(session) + count_of(session)) == "4 exchanges, 2 model calls, 4 calls not made"
    batch = Batch()
    for number in range(8):
        batch.add("line", session, Path("here", f"{number}.yaml"))
    assert batch.end("done") == ["done: 16 exchanges, 8 model calls, 16 calls not made"]


def test_all_commands_count_alike(cli, session):
    recorded = session("one", "two", "three")
    first, *others = recorded.exchanges
    shelf.save(replace(recorded, exchanges=(replace(first, outcome=Raised(DENIED, "no")), *others)), Path("it.yaml"))
    assert "ok     it.yaml: 2 exchanges, 1 call not made\n" in cli("check", "it.yaml")[1]
    assert "unchanged  it.yaml: 2 exchanges, 1 call not made\n" in cli("seal", "it.yaml")[1]
    assert "  calls      2 calls, 1 not made\n" in cli("show", "it.yaml")[1]
