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
