import random
import re

import pytest
from cassette_samples import agent, mixed

from pytest_oao.cassette import seal, shelf
from pytest_oao.errors import DamagedFile, IncompleteFile, NewerFormat, OaoError, UnreadableFile

DATA = shelf.dumps(mixed()).data


def loads(data):
    return shelf.loads(data, "a.yaml", {}.__getitem__)


@pytest.mark.parametrize("data", [DATA, DATA.replace(b"\n", b"\r\n")], ids=["lf", "crlf"])
def test_a_cut_anywhere_is_an_error(data):
    loads(data)
    for end in range(len(data)):
        with pytest.raises((IncompleteFile, UnreadableFile)):
            seal.opened(data[:end], "a.yaml")
    for end in random.Random(1).sample(range(len(data)), 40):
        with pytest.raises(UnreadableFile):
            loads(data[:end])


@pytest.mark.parametrize("data", [DATA, DATA.replace(b"\n", b"\r\n")], ids=["lf", "crlf"])
def test_a_flipped_bit_anywhere_is_an_error(data):
    undetected = []
    for position in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[position // 8] ^= 1 << position % 8
        try:
            seal.opened(bytes(flipped), "a.yaml")
        except OaoError:
            continue
        undetected.append(position)
    assert len(data) * 8 > 10_000
    assert undetected == []


def test_a_deleted_inserted_or_doubled_line_is_an_error():
    lines = DATA.splitlines(keepends=True)
    for index in range(len(lines)):
        for changed in (lines[:index] + lines[index + 1 :], lines[: index + 1] + lines[index:]):
            with pytest.raises(OaoError):
                seal.opened(b"".join(changed), "a.yaml")


def test_a_file_without_its_trailer_is_incomplete():
    with pytest.raises(IncompleteFile, match="does not end with its last line"):
        loads(DATA[: DATA.rindex(b"digest:")])


def test_an_edited_file_says_what_accepts_it():
    with pytest.raises(DamagedFile, match=r"a\.yaml: the file was edited or damaged.*\n.*oao seal a\.yaml"):
        loads(DATA.replace(b"too", b"two"))


@pytest.mark.parametrize("version", [b"2", b"10", b"999999999"])
def test_a_newer_format_is_refused_in_one_line(version):
    with pytest.raises(NewerFormat) as error:
        loads(b"oao: %s\nwho: knows\n" % version)
    assert "\n" not in error.value.what
    assert "Update pytest-oao" in error.value.remedy


@pytest.mark.parametrize(
    "data", [b"oao: 0\n", b"oao: 1", b"oao: one\n", b"interactions:\n- a\n", b"\x00" * 99, b"oao: 01\n"]
)
def test_a_file_that_is_not_ours_is_refused(data):
    with pytest.raises(UnreadableFile):
        loads(data)


def test_an_empty_file_is_incomplete():
    with pytest.raises(IncompleteFile, match="empty"):
        loads(b"")


def test_line_ends_that_git_changed_do_no_harm():
    assert loads(DATA.replace(b"\n", b"\r\n")) == mixed()
    with pytest.raises(DamagedFile):
        loads(DATA.replace(b"\n", b"\r\n", 5))


def test_a_trailer_inside_a_body_is_none():
    inner = shelf.dumps(agent(1)).data
    assert len(re.findall(rb"^digest: sha256:", inner, re.MULTILINE)) == 1
    with pytest.raises(OaoError):
        loads(inner + inner)
