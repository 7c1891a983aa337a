"""Files that are not what they should be, disks that are full, processes that die: one clear error, the old cassette intact."""

import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from pytest_oao.cassette import shelf
from pytest_oao.cassette.journal_reading import read_journal, state
from pytest_oao.cassette.seal import sealed
from pytest_oao.model.calls import Call


def many(light, names):
    tests = "".join(f"\ndef test_{name}():\n    answer('hi')\n" for name in names)
    light.write(test_agent=f"import pytest\nfrom my_agent import answer\n\npytestmark = pytest.mark.oao\n{tests}")


def cut(data):
    return data[: len(data) // 2]


def flipped(data):
    place = data.index(b"answer ")
    return data[:place] + b"a" + data[place + 1 :].replace(b"answer", b"bnswer", 1)


BOMB = b"".join(b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(98, 122))
DAMAGES = {
    "cut": (cut, "does not end with its last line"),
    "cut_by_a_line": (lambda data: data[: data.rstrip().rindex(b"\n") + 1], "does not end with its last line"),
    "flipped": (flipped, "edited or damaged"),
    "newer": (lambda data: data.replace(b"oao: 1\n", b"oao: 99\n"), "pip install -U pytest-oao"),
    "empty": (lambda _: b"", "is empty"),
    "not_ours": (lambda _: b"interactions: []\nversion: 1\n", "does not begin as a cassette does"),
    "not_utf8": (lambda _: sealed(b"oao: 1\nsession: \xff\xfe\n"), "UTF-8"),
    "python_tag": (lambda _: sealed(b"oao: 1\nsession: !!python/object/apply:os.system ['touch pwned']\n"), "tag"),
    "alias_bomb": (lambda _: sealed(b"oao: 1\na: &a [x,x,x,x,x,x,x,x,x]\n" + BOMB), "hostile-file"),
    "deep": (lambda _: sealed(b"oao: 1\na: " + b"[" * 100_000 + b"]" * 100_000 + b"\n"), "hostile-file"),
    "folder": (None, "this is no file"),
}


def test_a_cassette_that_is_damaged_fails_its_test_with_one_clear_message(light):
    many(light, DAMAGES)
    light.record().assert_outcomes(passed=len(DAMAGES))
    light.server.stop()
    paths = {name: light.cassette(f"test_agent/test_{name}.yaml") for name in DAMAGES}
    for name, (damage, _) in DAMAGES.items():
        data = paths[name].read_bytes()
        paths[name].unlink()
        paths[name].mkdir() if damage is None else paths[name].write_bytes(damage(data))
    for done in (light.replay(), light.replay("-p", "no:cacheprovider")):
        done.assert_outcomes(failed=len(DAMAGES))
        text = done.stdout.str()
        assert "Traceback" not in text
        assert "INTERNALERROR" not in text
        assert "site-packages" not in text
        told = re.findall(r"^oao: .*?(?=^[_=]{3,})", text, re.MULTILINE | re.DOTALL)
        for part, (name, (_, message)) in zip(told, DAMAGES.items(), strict=True):
            assert part.count("\noao: ") == 0
            assert f"test_{name}.yaml" in part
            assert message in part
            assert "(more: oao explain " in part
            assert str(light.path) not in part
            mended = name not in {"newer", "not_ours", "not_utf8", "folder"}
            assert (f'\n  record it anew: pytest --oao-record "test_agent.py::test_{name}"\n' in part) == mended
    assert not (light.path / "pwned").exists()


def test_a_cassette_that_holds_no_run_to_its_end_fails_its_test_before_it_runs(light):
    light.record().assert_outcomes(passed=1)
    session = shelf.load(light.cassette())
    shelf.save(replace(session, in_doubt=(Call("http", "GET https://h.test/slow"),)), light.cassette())
    light.server.stop()
    light.edit("test_agent.py", "    assert", "    print('the test ran')\n    assert")
    done = light.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["oao: *test_refund.yaml: the session is incomplete: *GET https://h.test/slow*"])
    done.stdout.no_fnmatch_line("the test ran")


def test_recording_anew_mends_a_damaged_cassette(light):
    light.record().assert_outcomes(passed=1)
    light.cassette().write_bytes(cut(light.cassette().read_bytes()))
    light.record().assert_outcomes(passed=1)
    light.server.stop()
    light.replay().assert_outcomes(passed=1)


LIMIT = """
import resource, signal, sys
import pytest

sys.dont_write_bytecode = True  # a .pyc cut at the limit would stay, and break whoever imports it next

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_{when}(item):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))
    return (yield)

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item):
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.parametrize("when", ["begin", "amid", "seal"])
def test_a_full_disk_leaves_the_old_cassette_and_says_so_once(light, when):
    light.record().assert_outcomes(passed=1)
    before = light.cassette().read_bytes()
    light.edit("test_agent.py", "    assert", "    for n in range(20):\n        answer(str(n) * 200)\n    assert")
    limits = {"begin": ("setup", 100), "amid": ("call", 6000), "seal": ("teardown", 100)}
    phase, limit = limits[when]
    light.pytester.makeconftest(LIMIT.format(when=phase, limit=limit))
    done = light.record("-p", "no:cacheprovider")
    done.assert_outcomes(**{"begin": {"errors": 1}, "amid": {"failed": 1}, "seal": {"passed": 1, "errors": 1}}[when])
    text = done.stdout.str()
    assert text.count("oao: ") == 1, text
    assert ("File too large" if when == "seal" else "bytes went to the disk") in text
    assert "then try again" in text
    assert light.cassette().read_bytes() == before
    assert [name for name in light.cassettes() if name.endswith(".yaml")] == ["test_agent/test_refund.yaml"]
    assert not any(".tmp" in name for name in light.cassettes())
    if when == "amid":
        kept = read_journal(light.cassette("test_agent/test_refund.oao.jsonl"))
        assert kept.session.exchanges
        assert not kept.session.complete
        done.stdout.fnmatch_lines(
            ["not recorded (call: failed): the journal is kept at cassettes/test_agent/test_refund.oao.jsonl"]
        )
    (light.path / "conftest.py").unlink()
    light.record().assert_outcomes(passed=1)
    assert light.cassettes() == ["test_agent/test_refund.yaml"]
    assert light.cassette().read_bytes() != before


READ_ONLY = """
import errno, os

_open = os.open

def open_(path, flags, *args, **more):
    if "cassettes" in str(path) and flags & os.O_CREAT:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))
    return _open(path, flags, *args, **more)

os.open = open_
"""


def test_a_folder_that_cannot_be_made_or_written(light):
    (light.path / "cassettes").write_text("a file in the way")
    done = light.record()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["oao: *the file could not be written*", "*Something stands in the way*"])
    assert done.stdout.str().count("oao: ") == 1
    (light.path / "cassettes").unlink()
    light.record().assert_outcomes(passed=1)
    before = light.cassette().read_bytes()
    light.pytester.makeconftest(READ_ONLY)  # whoever runs this may be allowed to write anywhere
    done = light.record()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["oao: *Permission denied*", "*Make * writable for this user*"])
    assert done.stdout.str().count("oao: ") == 1
    assert light.cassette().read_bytes() == before
    light.replay().assert_outcomes(passed=1)


WAITS = """
import pathlib, pytest, time
from my_agent import answer

@pytest.mark.oao
def test_refund():
    for number in range({calls}):
        answer(str(number))
    pathlib.Path("ready").touch()
    while pathlib.Path("ready").exists():
        time.sleep(0.01)
"""


INTERRUPTIBLE = """
import signal, sys, pytest
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in a shell's background does not hear it
sys.exit(pytest.main())
"""


class Recording:
    """A pytest that records, and waits in the middle of its test."""

    def __init__(self, light, calls):
        light.write(test_agent=WAITS.format(calls=calls))
        command = [sys.executable, "-c", INTERRUPTIBLE, "-q", "-p", "pytest_oao.plugin.entry", "--oao-record"]
        self.process = subprocess.Popen(command, cwd=light.path, stdout=subprocess.PIPE, text=True)
        self.ready = light.path / "ready"
        while not self.ready.exists():
            assert self.process.poll() is None
            time.sleep(0.01)

    def go_on(self):
        self.ready.unlink()
        return self.process.communicate(timeout=30)[0]

    def kill(self, number):
        self.process.send_signal(number)
        self.ready.unlink()
        return self.process.communicate(timeout=30)[0]


def test_of_two_processes_that_record_one_cassette_the_second_is_refused(light):
    first = Recording(light, 3)
    done = light.record()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["oao: *another process is recording into this file*", "*Wait for it to end*"])
    assert done.stdout.str().count("oao: ") == 1
    assert "1 passed" in first.go_on()
    assert light.cassettes() == ["test_agent/test_refund.yaml"]
    assert light.command("check", "cassettes").returncode == 0


def test_a_killed_recording_leaves_the_old_cassette_and_a_journal_that_reads_as_dead(light):
    light.record().assert_outcomes(passed=1)
    before = light.cassette().read_bytes()
    journal = light.cassette("test_agent/test_refund.oao.jsonl")
    for calls in (1, 5):
        Recording(light, calls).kill(signal.SIGKILL)
        assert light.cassette().read_bytes() == before
        assert state(journal) == "dead"
        session = read_journal(journal).session
        assert len(session.exchanges) == calls
        assert not session.complete
    light.write(
        test_agent="import pytest\nfrom my_agent import answer\n\n@pytest.mark.oao\ndef test_refund():\n    answer('anew')\n"
    )
    light.record().assert_outcomes(passed=1)
    assert light.cassettes() == ["test_agent/test_refund.yaml"]
    light.replay().assert_outcomes(passed=1)


def test_an_interrupted_recording_seals_nothing(light):
    told = Recording(light, 2).kill(signal.SIGINT)
    assert "KeyboardInterrupt" in told
    assert "INTERNALERROR" not in told
    assert light.cassettes() == ["test_agent/test_refund.oao.jsonl"]
    assert state(light.cassette("test_agent/test_refund.oao.jsonl")) == "dead"
