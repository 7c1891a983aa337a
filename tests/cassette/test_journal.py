import errno
import json
import os
import random
import select
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from statistics import median

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_samples import (
    ENDING,
    EXCHANGES,
    HEADER,
    IN_DOUBT,
    SESSION,
    chat,
    nth_operation_fails,
    write_down,
    write_sample,
)

import pytest_oao.cassette
from pytest_oao.cassette import chain, journal_bodies
from pytest_oao.cassette.chain import ROOT, link
from pytest_oao.cassette.journal import Journal
from pytest_oao.cassette.journal_reading import parse_journal, read_journal, state
from pytest_oao.errors import (
    BusyFile,
    DamagedFile,
    HostileFile,
    IncompleteFile,
    LostRecord,
    MissingFile,
    NewerFormat,
    OaoError,
    OaoHalt,
    StoreFailed,
    UnreadableFile,
)
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Raised, Returned, Streamed
from pytest_oao.model.sessions import Ending, Header

FLIPS = int(os.environ.get("OAO_TEST_FLIPS", "2000"))
KILLS = int(os.environ.get("OAO_TEST_KILLS", "15"))
EXAMPLES = int(os.environ.get("OAO_TEST_EXAMPLES", "150"))
HERE = Path(__file__).parent
CALLS = [exchange.call for exchange in EXCHANGES]
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "session.oao.jsonl"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "session.oao.jsonl"
    write_sample(path)
    return path.read_bytes()


def payloads(data):
    found = [json.loads(line) for line in data.splitlines()]
    return [{key: item[key] for key in item if key not in {"prev", "sha256"}} for item in found]


def chained(items):
    data, digest = b"", ROOT
    for item in items:
        line, digest = link(digest, item)
        data += line
    return data


def assert_prefix(session):
    """All that was read is what was written, up to some call."""
    count = len(session.exchanges)
    assert session.header == SESSION.header
    assert session.exchanges == SESSION.exchanges[:count]
    assert all(was.call.body.data == is_.call.body.data for was, is_ in zip(EXCHANGES, session.exchanges, strict=False))
    assert session.in_doubt in [(), (IN_DOUBT,), tuple(CALLS[count : count + 1])]


# --- written and read back


def test_a_session_reads_back_as_it_was(sample):
    reading = parse_journal(sample, "f")
    assert reading.damage == ""
    assert reading.session == SESSION
    assert_prefix(reading.session)
    assert [e.outcome.body.data for e in reading.session.exchanges if not isinstance(e.outcome, Raised)] == [
        e.outcome.body.data for e in EXCHANGES if not isinstance(e.outcome, Raised)
    ]


def test_a_bare_session_reads_back_as_it_was(path):
    Journal.create(path, Header("x")).close(Ending())
    reading = read_journal(path)
    assert (reading.session.header, reading.session.ending, reading.damage) == (Header("x"), Ending(), "")
    assert reading.session.complete


def test_every_line_fits_the_published_schema(sample):
    schema = json.loads((Path(pytest_oao.cassette.__file__).parent / "journal.schema.json").read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    lines = [json.loads(line) for line in sample.splitlines()]
    for line in [*lines, json.loads(chained([{"event": "session", "format": 1, "id": "x"}]))]:
        validator.validate(line)
    seen = Counter(line["event"] for line in lines)
    assert seen == {"session": 1, "started": 8, "settled": 7, "ended": 1}
    assert any("of" in line.get("body", {}) for line in lines)
    for line in lines:
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(line | {"unknown": 1})


def test_a_history_that_grows_costs_what_is_new(path):
    journal = Journal.create(path, HEADER)
    sizes = []
    for seq in range(1, 101):
        before = path.stat().st_size
        journal.started(seq, chat(seq))
        sizes.append(path.stat().st_size - before)
    journal.close(ENDING)
    assert max(sizes[90:]) < min(sizes[10:20]) + 20
    assert [call.body.data for call in read_journal(path).session.in_doubt] == [
        chat(seq).body.data for seq in range(1, 101)
    ]


def test_lanes_that_grow_side_by_side_do_not_mix(path):
    calls = [chat(seq, lane) for seq in range(1, 30) for lane in ("0.1", "0.2")]
    journal = Journal.create(path, HEADER)
    for seq, call in enumerate(calls, 1):
        journal.started(seq, call)
    journal.abandon()
    read = read_journal(path).session.in_doubt
    order = random.Random(3).sample(range(len(calls)), len(calls))
    assert all(read[n].body.data == calls[n].body.data for n in order)


def test_previous_bodies_are_kept_within_a_limit(path, monkeypatch):
    monkeypatch.setattr(journal_bodies, "KEPT", 6000)
    journal = Journal.create(path, HEADER)
    calls = [chat(12, f"0.{n % 7 * (n % 2)}") for n in range(40)]
    for seq, call in enumerate(calls, 1):
        journal.started(seq, call)
    kept = sum(len(data) for _, data in journal._bodies._last.values())
    assert 0 < journal._bodies._size == kept <= 6000
    journal.abandon()
    assert [call.body.data for call in read_journal(path).session.in_doubt] == [call.body.data for call in calls]


@pytest.mark.parametrize("started", [False, True])
def test_what_ends_without_going_on_stops_the_recording(path, started):
    journal = Journal.create(path, HEADER)
    if started:
        write_down(journal, EXCHANGES[0])
    with pytest.raises(LostRecord, match="call 1 is settled, and no such call is going on"):
        journal.settled(EXCHANGES[0])
    journal.abandon()
    reading = read_journal(path)
    assert (reading.damage, len(reading.session.exchanges)) == ("", int(started))


def test_exchanges_come_in_the_order_of_their_calls(path):
    journal = Journal.create(path, HEADER)
    for seq in (2, 1, 3):
        journal.started(seq, CALLS[seq - 1])
    for seq in (3, 1):
        journal.settled(EXCHANGES[seq - 1])
    journal.abandon()
    session = read_journal(path).session
    assert session.exchanges == (EXCHANGES[0], EXCHANGES[2])
    assert session.in_doubt == (CALLS[1],)
    assert session.ending is None
    assert not session.complete


def test_threads_share_a_journal(path):
    journal = Journal.create(path, HEADER)

    def work(first):
        for seq in range(first, first + 40):
            call = chat(seq % 5 + 1, f"0.{first}")
            journal.started(seq, call)
            journal.settled(Exchange(seq, call, Returned(Body(str(seq).encode()))))

    threads = [threading.Thread(target=work, args=(first,)) for first in range(1, 241, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.close(ENDING)
    reading = read_journal(path)
    assert not reading.damage
    assert [int(exchange.outcome.body.data) for exchange in reading.session.exchanges] == list(range(1, 241))


def test_a_call_costs_60_microseconds_at_most_beyond_its_json(path):
    journal = Journal.create(path, HEADER)
    answer = Body(json.dumps({"content": "word " * 400}).encode())
    spent, plain = [], []
    for seq in range(1, 600):
        text = json.dumps({"messages": [{"role": "user", "content": f"{seq} " + "text " * 400}]})
        call = Call("chat", "POST /chat/completions", Body(text.encode()), url="https://h.test/v1/chat/completions")
        exchange = Exchange(seq, call, Returned(answer, Head(200)))
        start = time.perf_counter()
        journal.started(seq, call)
        journal.settled(exchange)
        middle = time.perf_counter()
        json.dumps({"body": text})
        json.dumps({"body": answer.data.decode()})
        spent.append(middle - start)
        plain.append(time.perf_counter() - middle)
    journal.abandon()
    assert median(spent) - median(plain) < 60e-6


# --- cut, flipped, mutated


def test_a_cut_at_every_byte_gives_the_longest_valid_prefix(sample):
    first = sample.index(b"\n") + 1
    for at in range(len(sample)):
        data = sample[:at]
        if at < first:
            with pytest.raises(IncompleteFile):
                parse_journal(data, "f")
            continue
        reading = parse_journal(data, "f")
        whole = [json.loads(line)["event"] for line in data[: data.rfind(b"\n") + 1].splitlines()]
        assert len(reading.session.exchanges) == whole.count("settled")
        assert len(reading.session.in_doubt) == whole.count("started") - whole.count("settled")
        assert reading.session.ending is None
        assert bool(reading.damage) == (not data.endswith(b"\n"))
        if data.endswith((b"\n", b"}")):
            assert_prefix(reading.session)


def test_no_flipped_bit_goes_undetected(sample):
    undetected = []
    rng = random.Random(1)
    for _ in range(FLIPS):
        bit = rng.randrange(len(sample) * 8)
        data = bytearray(sample)
        data[bit // 8] ^= 1 << bit % 8
        try:
            reading = parse_journal(bytes(data), "f")
        except OaoError:
            assert bit // 8 <= sample.index(b"\n")
            continue
        if not reading.damage or reading.session.ending is not None:
            undetected.append(bit)
        assert_prefix(reading.session)
    assert undetected == []


def test_damage_names_the_line_and_the_byte(sample):
    lines = sample.splitlines(keepends=True)
    damaged = b"".join([*lines[:3], lines[3].replace(b"started", b"startet"), *lines[4:]])
    reading = parse_journal(damaged, "f")
    start = len(b"".join(lines[:3]))
    assert reading.damage == f"line 4 (byte {start}): the line's sha256 does not hold, or it is no JSON"
    assert len(reading.session.exchanges) == 1


def test_lines_after_the_end_are_damage(sample):
    items = payloads(sample)
    reading = parse_journal(chained([*items, items[-1]]), "f")
    assert "after the one that ends the session" in reading.damage
    assert reading.session.ending is None
    for more in (b"x", b"\0", b"\n", sample):
        reading = parse_journal(sample + more, "f")
        assert reading.damage
        assert reading.session.ending is None


def read_all(data):
    """Read a journal and every body in it; OaoError is the only way for it to fail."""
    try:
        reading = parse_journal(data, "f")
        for exchange in reading.session.exchanges:
            _ = exchange.call.body.data, exchange.outcome
    except OaoError as error:
        assert_told(error)


def assert_told(error):
    assert error.what
    assert error.where
    assert error.remedy


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.text(max_size=5)
    | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
slow = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@slow
@given(st.binary(max_size=300))
def test_any_bytes_are_an_oao_error_or_a_session(data):
    read_all(data)


@slow
@given(data=st.data())
def test_any_mutation_is_an_oao_error_or_a_session(sample, data):
    mutated = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(mutated)))
        mutated[start : start + data.draw(st.integers(0, 50))] = data.draw(st.binary(max_size=50))
    read_all(bytes(mutated))


@slow
@given(data=st.data())
def test_any_value_anywhere_under_a_right_chain_is_an_oao_error_or_a_session(sample, data):
    items = payloads(sample)
    for _ in range(data.draw(st.integers(1, 3))):
        place = items
        while place and isinstance(place, dict | list):
            key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
            if not place[key] or not isinstance(place[key], dict | list) or data.draw(st.booleans()):
                place[key] = data.draw(junk) if place is not items else {"event": "settled", "seq": data.draw(junk)}
                break
            place = place[key]
    read_all(chained(items))


@pytest.mark.parametrize(
    ("line", "change", "damage"),
    [
        (1, {"seq": "1"}, "`seq` is a text, a whole number from 0 was expected"),
        (1, {"seq": True}, "`seq` is true or false"),
        (1, {"headers": [["a"]]}, "`headers` is a list, a list of pairs of texts was expected"),
        (1, {"attributes": []}, "`attributes` is a list, an object was expected"),
        (1, {"site": {"agent": 1, "test": ""}}, "`site.agent` is 1, a text was expected"),
        (1, {"body": {"text": 1}}, "`body.text` is 1, a text was expected"),
        (1, {"body": {"base64": "?"}}, "does not stand for bytes"),
        (1, {"body": {"text": "\ud800"}}, "does not stand for bytes"),
        (1, {"body": {"of": 1, "head": 0, "tail": 0, "sha256": ""}}, "which has fewer"),
        (1, {"more": 1}, "`more` is 1, nothing was expected"),
        (1, {"event": "paused"}, "started, settled, known or ended was expected"),
        (2, {"seq": 5}, "no such call was going on"),
        (2, {"duration": None}, "`duration` is null, a number was expected"),
        (2, {"duration": 10**400}, "too large"),
        (2, {"outcome": {"kind": "pickled"}}, "`outcome.kind` is a text, returned, streamed or raised was expected"),
        (2, {"outcome": {"kind": "streamed", "sizes": [1], "end": "closed"}}, "0 bytes has chunks of 1 bytes"),
        (2, {"outcome": {"kind": "streamed", "times": [1], "end": "closed"}}, "0 chunks has 1 times"),
        (2, {"outcome": {"kind": "streamed", "end": "late"}}, "`outcome.end` is a text"),
        (3, {"seq": 1}, "call 1 is started twice"),
        (-1, {"status": "fine"}, "passed, failed, stopped or unknown was expected"),
    ],
)
def test_a_wrong_type_is_damage_that_names_its_place(sample, line, change, damage):
    items = payloads(sample)
    items[line] |= change
    reading = parse_journal(chained(items), "f")
    assert damage in reading.damage
    assert f"line {line % len(items) + 1} " in reading.damage
    assert reading.session.ending is None
    assert_prefix(reading.session)


def test_a_body_that_is_not_the_recorded_one_is_refused_when_it_is_asked_for(sample):
    items = payloads(sample)
    line = next(item for item in items if "of" in item.get("body", {}))
    line["body"]["head"] -= 1
    reading = parse_journal(chained(items), "f")
    with pytest.raises(DamagedFile, match="request body of call"):
        _ = reading.session.exchanges[line["seq"] - 1].call.body.data


def test_deltas_cannot_blow_a_body_up(sample):
    items = payloads(sample)[:2]
    items[1] |= {"body": {"text": "x" * 1000}}
    bomb = {"of": 1, "head": 1000, "tail": 1000, "sha256": "0" * 64}
    reading = parse_journal(chained([*items, items[1] | {"seq": 2, "body": bomb}]), "f")
    assert "takes 1000 and 1000 bytes" in reading.damage


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", IncompleteFile),
        (b"{}\n", UnreadableFile),
        (b"\x1f\x8b" * 100, UnreadableFile),
        (chained([{"event": "started", "seq": 1}]), UnreadableFile),
        (chained([{"event": "session", "format": 1, "id": 7}]), DamagedFile),
        (chained([{"event": "session", "format": "1", "id": "x"}]), DamagedFile),
        (chained([{"event": "session", "format": 2, "id": "x", "new": {}}]), NewerFormat),
        (chained([{"event": "session", "format": 1, "id": "x", "origin": {"kind": "dreamt"}}]), DamagedFile),
    ],
)
def test_what_is_no_journal_is_told_in_one_clear_error(path, content, error):
    path.write_bytes(content)
    with pytest.raises(error) as raised:
        read_journal(path)
    assert type(raised.value) is error
    assert str(path) in raised.value.where
    assert raised.value.remedy


def test_what_cannot_be_opened_is_told(path):
    with pytest.raises(MissingFile):
        read_journal(path)
    with pytest.raises(UnreadableFile):
        read_journal(path.parent)
    with pytest.raises(MissingFile):
        state(path)


def test_a_file_beyond_the_limit_is_refused(path, sample):
    path.write_bytes(sample)
    with pytest.raises(HostileFile):
        read_journal(path, limit=len(sample) - 1)
    assert read_journal(path, limit=len(sample)).session == SESSION


# --- killed, full, in the way


def start_child(path, limit=0):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent.parent)])}
    command = [sys.executable, str(HERE / "recording_child.py"), str(path), str(limit)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)


@posix
def test_a_killed_recording_keeps_every_settled_call(tmp_path):
    rng = random.Random()
    settled = lost = 0
    for run in range(KILLS):
        path = tmp_path / f"{run}.oao.jsonl"
        with start_child(path) as child:
            assert select.select([child.stdout], [], [], 30)[0]
            time.sleep(rng.random() * 0.03)
            child.send_signal(signal.SIGKILL)
            printed = child.stdout.read().split(b"\n")[:-1]
        session = read_journal(path).session
        kept = {exchange.seq for exchange in session.exchanges}
        lost += len({int(seq) for seq in printed} - kept)
        settled += len(printed)
        assert kept == set(range(1, len(kept) + 1))
        assert len(kept) - len(printed) <= 1
        assert len(session.in_doubt) <= 1
        assert session.ending is None
        assert state(path) == "dead"
        assert all(e.call == chat(e.seq % 40 + 1) for e in session.exchanges[-3:])
        path.unlink()
    print(f"{KILLS} kills, {settled} settled calls, {lost} lost")
    assert settled >= KILLS
    assert lost == 0


@posix
def test_a_full_disk_stops_the_recording_and_keeps_what_was_settled(path):
    for limit in (20_000, 20_001, 33_333):
        path.unlink(missing_ok=True)
        with start_child(path, limit) as child:
            *printed, last = child.stdout.read().decode().splitlines()
        assert last.startswith("lost: the journal cannot be written")
        reading = read_journal(path)
        assert reading.damage == ""
        assert [exchange.seq for exchange in reading.session.exchanges] == [int(seq) for seq in printed]
        assert path.stat().st_size <= limit


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_whichever_operation_fails_what_was_settled_is_kept(path, monkeypatch, error):
    for nth in range(1, 100):
        path.unlink(missing_ok=True)
        settled, raised = [], None
        with nth_operation_fails(monkeypatch, nth, error) as faults:
            try:
                write_sample(path, settled.append)
            except (OaoError, OaoHalt) as caught:
                raised = caught
        if not faults.fired:
            assert read_journal(path).session == SESSION
            assert nth > 20
            return
        check_stopped(path, raised, settled)
    pytest.fail("the faults never ran out")


def check_stopped(path, raised, settled):
    assert_told(raised)
    assert raised.where == str(path)
    if isinstance(raised, StoreFailed):
        assert not list(path.parent.iterdir())
        return
    reading = read_journal(path)
    assert isinstance(raised, LostRecord)
    assert reading.damage == ""
    assert [exchange.seq for exchange in reading.session.exchanges] == settled
    assert reading.session.ending is None
    assert state(path) == "dead"


def test_a_write_that_takes_a_part_is_taken_back(path, monkeypatch):
    journal = Journal.create(path, HEADER)
    before = path.read_bytes()
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, data: write(fd, data[:50]))
        with pytest.raises(LostRecord, match="only 50 of"):
            journal.started(1, CALLS[0])
    assert path.read_bytes() == before
    with pytest.raises(LostRecord, match="only 50 of"):
        journal.settled(EXCHANGES[0])
    with pytest.raises(LostRecord):
        journal.close(ENDING)
    assert state(path) == "dead"


def test_a_torn_line_that_cannot_be_taken_back_ends_the_prefix(path, monkeypatch):
    journal = Journal.create(path, HEADER)
    write_down(journal, EXCHANGES[0])
    write = os.write

    def fail(*args):
        raise OSError(errno.EIO, "no")

    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:50]))
    monkeypatch.setattr(os, "ftruncate", fail)
    with pytest.raises(LostRecord):
        journal.started(2, CALLS[1])
    journal.abandon()
    reading = read_journal(path)
    assert "cut short" in reading.damage
    assert len(reading.session.exchanges) == 1


@pytest.mark.parametrize("after_the_write", [True, False])
def test_an_interrupt_around_a_write_does_not_break_the_chain(path, monkeypatch, after_the_write):
    journal = Journal.create(path, HEADER)
    write = os.write

    def interrupted(fd, data):
        if after_the_write:
            write(fd, data)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            journal.started(1, CALLS[0])
    write_down(journal, EXCHANGES[1])
    journal.close(ENDING)
    reading = read_journal(path)
    assert reading.damage == ""
    assert reading.session.exchanges == (EXCHANGES[1],)
    assert reading.session.in_doubt == ((CALLS[0],) if after_the_write else ())


def test_a_file_that_something_else_changed_stops_the_recording(path):
    journal = Journal.create(path, HEADER)
    with path.open("ab") as other:
        other.write(b"x")
    with pytest.raises(LostRecord, match="was changed while it was written"):
        journal.started(1, CALLS[0])
    journal.abandon()


@pytest.mark.parametrize("then", [lambda journal: journal.settled(EXCHANGES[0]), lambda journal: journal.close(ENDING)])
def test_a_file_that_something_else_changed_amid_a_call_stops_the_recording(path, then):
    journal = Journal.create(path, HEADER)
    journal.started(1, CALLS[0])
    with path.open("ab") as other:
        other.write(b"x")
    with pytest.raises(LostRecord, match="was changed while it was written"):
        then(journal)
    journal.abandon()


@posix
def test_a_file_that_was_deleted_stops_the_recording(path):
    journal = Journal.create(path, HEADER)
    path.unlink()
    with pytest.raises(LostRecord, match="deleted"):
        journal.started(1, CALLS[0])
    journal.abandon()


def test_what_is_no_json_stops_the_recording(path):
    journal = Journal.create(path, HEADER)
    with pytest.raises(LostRecord, match="TypeError"):
        journal.started(1, replace(CALLS[0], attributes={"when": object()}))
    with pytest.raises(LostRecord, match="TypeError"):
        journal.started(2, CALLS[1])
    journal.abandon()


@pytest.mark.parametrize("limited", [(chain, "LINE_LIMIT"), (chain, "READ_LIMIT")])
def test_what_would_be_too_long_to_be_read_stops_the_recording(path, monkeypatch, limited):
    monkeypatch.setattr(*limited, 20_000)
    journal = Journal.create(path, HEADER)
    write_down(journal, EXCHANGES[0])
    with pytest.raises(LostRecord, match=r"would be too l(?s:.*)\n  Have each call carry less"):
        journal.started(2, replace(CALLS[1], body=Body(b"x" * 30_000)))
    journal.abandon()
    reading = read_journal(path)
    assert reading.damage == ""
    assert [exchange.seq for exchange in reading.session.exchanges] == [1]


@pytest.mark.parametrize(
    "outcome", [Streamed(Body(b"abc"), sizes=(1,)), Streamed(Body(b"a"), sizes=(1,), times=(1.0, 2.0))]
)
def test_a_stream_that_could_not_be_read_back_stops_the_recording(path, outcome):
    journal = Journal.create(path, HEADER)
    with pytest.raises(LostRecord, match="stream"):
        write_down(journal, replace(EXCHANGES[0], outcome=outcome))
    journal.abandon()


@pytest.mark.parametrize("settled", [False, True])
def test_a_call_begins_once(path, settled):
    journal = Journal.create(path, HEADER)
    journal.started(1, CALLS[0])
    if settled:
        journal.settled(EXCHANGES[0])
    with pytest.raises(LostRecord, match="call 1 is in the journal already"):
        journal.started(1, CALLS[0])
    journal.abandon()
    assert read_journal(path).damage == ""


def test_a_closed_journal_takes_nothing(path):
    journal = Journal.create(path, HEADER)
    journal.close(ENDING)
    journal.abandon()
    with pytest.raises(LostRecord, match="closed"):
        journal.started(1, CALLS[0])
    with pytest.raises(LostRecord, match="closed"):
        journal.close(ENDING)
    assert read_journal(path).session.ending == ENDING


# --- live, dead, sealed


def test_live_dead_and_sealed_are_told_apart(path, sample):
    journal = Journal.create(path, HEADER)
    assert state(path) == "live"
    journal.abandon()
    assert state(path) == "dead"
    path.write_bytes(sample)
    assert state(path) == "sealed"
    for damaged in (sample[:-1], sample + b"\n", sample[:-80] + b"x" + sample[-79:], b"", b"\n", payloads_only(sample)):
        path.write_bytes(damaged)
        assert state(path) == "dead"


def payloads_only(sample):
    return b"".join(sample.splitlines(keepends=True)[:-1])


@posix
def test_another_process_sees_that_a_recording_is_alive(path):
    with start_child(path) as child:
        assert select.select([child.stdout], [], [], 30)[0]
        assert state(path) == "live"
        with pytest.raises(BusyFile) as raised:
            Journal.create(path, HEADER)
        child.kill()
    assert raised.value.where == str(path)
    assert state(path) == "dead"


@pytest.mark.parametrize("content", [b"", b"something else"])
def test_a_file_is_never_written_over(path, content):
    path.write_bytes(content)
    with pytest.raises(StoreFailed, match=r"not written over\n  Move it away, or record into another file\."):
        Journal.create(path, HEADER)
    assert path.read_bytes() == content


@posix
def test_a_look_at_the_state_does_not_stop_a_recording_that_begins(path):
    stop = threading.Event()

    def look():
        while not stop.is_set():
            try:
                state(path)
            except MissingFile:
                time.sleep(0)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        for _ in range(20):
            journal = Journal.create(path, HEADER)
            assert state(path) == "live"
            journal.abandon()
            path.unlink()
    finally:
        stop.set()
        thread.join()


def test_a_folder_that_is_none_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreFailed) as raised:
        Journal.create(tmp_path / "file" / "a.oao.jsonl", HEADER)
    assert str(tmp_path / "file") in raised.value.remedy


@pytest.mark.parametrize("error", [errno.EACCES, errno.EROFS])
def test_a_folder_that_cannot_be_written_is_told(path, monkeypatch, error):
    def refuse(*args):
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "open", refuse)  # root may write anywhere: the fault has to be made
    with pytest.raises(StoreFailed, match="writable for this user"):
        Journal.create(path, HEADER)


@posix
def test_a_forked_child_leaves_the_journal_to_its_parent(path):
    journal = Journal.create(path, HEADER)
    journal.started(1, CALLS[0])
    with journal._lock:  # as another thread of the parent could
        pid = os.fork()
        if not pid:
            os._exit(write_in_child(journal))
        assert os.waitpid(pid, 0)[1] == 0
    journal.settled(EXCHANGES[0])
    assert state(path) == "live"
    journal.close(ENDING)
    assert read_journal(path).session.exchanges == (EXCHANGES[0],)


def write_in_child(journal):
    try:
        journal.started(2, CALLS[1])
    except LostRecord as lost:
        return 0 if "forked" in lost.what else 1
    return 2
