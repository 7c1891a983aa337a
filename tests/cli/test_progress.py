import io
import json

import pytest

from pytest_oao.cli import progress
from pytest_oao.cli.progress import Progress
from pytest_oao.importers import runs, spools
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.raw_pairs import RawPairs


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(progress, "_PAUSE", 0)


def test_a_terminal_shows_how_much_is_done():
    terminal = Terminal()
    line = Progress(terminal)
    line.show(0.5)
    assert terminal.getvalue().startswith("\r[" + "#" * 15 + "." * 15 + "]  50%, 0:")
    shown = len(terminal.getvalue()) - 1
    line.clear()
    assert terminal.getvalue().endswith("\r" + " " * shown + "\r")
    line.clear()  # once
    assert terminal.getvalue().count("\r") == 3


def test_it_is_not_written_more_often_than_one_can_read(monkeypatch):
    monkeypatch.setattr(progress, "_PAUSE", 100)
    terminal = Terminal()
    line = Progress(terminal)
    line.show(0.5)
    assert terminal.getvalue() == ""


def test_a_log_shows_nothing():
    log = io.StringIO()
    line = Progress(log)
    line.show(0.5)
    line.clear()
    assert log.getvalue() == ""


def test_a_long_dump_tells_how_far_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "IN_MEMORY", 0)
    monkeypatch.setattr(spools, "IN_MEMORY", 0)
    record = {"request": {"model": "m", "messages": []}, "response": {"object": "chat.completion", "choices": []}}
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps({**record, "session_id": f"s{at % 7}"}) + "\n" for at in range(600)))
    dump, told = FileDump("log.jsonl", path), []
    dump.watch = told.append
    assert sum(1 for _ in RawPairs().read(dump)) == 7
    assert told == sorted(told)
    assert 0 < told[0] <= 0.1 < told[2] < 0.2
    assert told[-1] == 1.0
