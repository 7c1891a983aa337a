"""Every recording of real HTTP that we were given is imported, or refused with a reason."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from importer_samples import sessions_in

from pytest_oao.cassette import shelf
from pytest_oao.errors import OaoError
from pytest_oao.model.outcomes import Raised, Streamed

SHARED = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared")
if not SHARED.is_dir():
    pytest.skip("the recorded traffic is not here", allow_module_level=True)

FOLDERS = {
    "vcr-yaml": "vcrpy",
    "vcr-yaml-gz": "vcrpy",
    "har": "har",
    "go-vcr": "go-vcr",
    "dd-test-agent-json": "dd-test-agent",
}
FILES = [
    (path, expected)
    for folder, expected in FOLDERS.items()
    for path in sorted((SHARED / "corpus" / folder).glob("*/*"))
]
SAMPLES = {"vcr.yaml": "vcrpy", "vcr.json": "vcrpy", "har.constructed.json": "har"}
FILES += [(SHARED / "samples" / name, expected) for name, expected in SAMPLES.items()]
REFUSED = {"TestA2AServer_AgentCard.yaml": "the recording holds no exchange", "test_skills.yaml.gz": "no URL"}
ROW = re.compile(r"^\| (\S+) \|.*\| (\d+) calls; ([\dx,]*);", re.MULTILINE)
MANIFEST = {
    path: (int(count), dict(pair.split("x") for pair in statuses.split(",") if pair))
    for path, count, statuses in ROW.findall((SHARED / "corpus" / "MANIFEST.md").read_text())
}


def read(path):
    (session,) = sessions_in(path.read_bytes(), path.name)
    return session


@pytest.mark.parametrize(("path", "expected"), FILES, ids=lambda value: getattr(value, "name", value))
def test_a_recording_is_imported_or_refused(path, expected):
    if path.name in REFUSED:
        with pytest.raises(OaoError, match=REFUSED[path.name]):
            read(path)
        return
    session = read(path)
    assert session.header.origin.format == expected
    count, statuses = MANIFEST.get(
        path.relative_to(SHARED / "corpus").as_posix() if "corpus" in path.parts else "", (0, {})
    )
    if count:
        assert len(session.exchanges) == count
        found = [str(exchange.outcome.head.status) for exchange in session.exchanges]
        assert {status: str(found.count(status)) for status in found} == statuses
    for exchange in session.exchanges:
        outcome = exchange.outcome
        assert not isinstance(outcome, Raised)
        assert not {name.lower() for name, _ in outcome.head.headers} & {"content-encoding", "content-length"}
        assert outcome.body.data[:2] != b"\x1f\x8b"
        assert isinstance(outcome, Streamed) == outcome.body.media_type.startswith(
            ("text/event-stream", "application/vnd.amazon.eventstream", "application/x-ndjson")
        )
        if isinstance(outcome, Streamed):
            assert b"".join(outcome.chunks()) == outcome.body.data


@pytest.mark.parametrize(("path", "expected"), FILES, ids=lambda value: getattr(value, "name", value))
def test_an_imported_session_is_kept_whole(path, expected):
    if path.name in REFUSED:
        pytest.skip("refused")
    session = read(path)
    exchanges = (replace(exchange, duration=round(exchange.duration, 6)) for exchange in session.exchanges)
    session = replace(session, exchanges=tuple(exchanges))  # a cassette keeps microseconds, go-vcr nanoseconds
    sealed = shelf.dumps(session)
    assert shelf.loads(sealed.data, "it.yaml", sealed.blobs.__getitem__) == session


TESTED_BY_FORMAT = {
    "ai-sdk-spans",
    "autogen-session",
    "claude-agent-sdk",
    "claude-code-jsonl",
    "codex-rollout",
    "gemini-cli-session",
    "inspect-eval",
    "langfuse-export",
    "langsmith-run",
    "llama-stack",
    "openhands",
    "otlp-json-derived",
    "swe-agent-traj",
    "tau-bench",
}
"""Folders of the corpus whose files the tests of their own importers read."""
OTHERS = sorted(
    path
    for folder in (SHARED / "corpus").iterdir()
    if folder.name not in {*FOLDERS, *TESTED_BY_FORMAT} and folder.is_dir()
    for path in folder.rglob("*")
    if path.is_file()
)


def test_no_file_of_another_kind_is_taken_for_a_recording():
    for path in OTHERS:
        with pytest.raises(OaoError, match=r"this looks like|stand without what was asked"):
            read(path)
    assert len(OTHERS) > 20
