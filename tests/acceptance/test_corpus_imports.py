"""Every dump that we were given imports, or is refused with a reason; and whole sessions replay through the real SDKs."""

import json
import os
from pathlib import Path

import pytest
import scripted_agent
from scripted_agent import changed, one_more, other_last, other_system, steps_of

import pytest_oao
from pytest_oao.cassette import shelf
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import Diverged, OaoError
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.provenance import EARLIER, MESSAGES, SYSTEM

SHARED = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared")
if not SHARED.is_dir():
    pytest.skip("the recorded traffic is not here", allow_module_level=True)

WIRE = {"vcrpy", "har", "go-vcr", "dd-test-agent", "journal"}
"""Formats with the bytes of the provider, which test_corpus_replay.py replays."""
MOST = 3
"""Sessions of one file that are replayed: the others are alike."""
FILES = sorted(path for name in ("corpus", "samples") for path in (SHARED / name).rglob("*") if path.is_file())
FILES = [path for path in FILES if path.name != "MANIFEST.md" and "LICENSES" not in path.parts]


def imported(path):
    """Return the sessions of a file, and why others are refused."""
    dump = FileDump(path.name, path)
    found = list(detect(dump, IMPORTERS).read(dump))
    return [one for one in found if not isinstance(one, OaoError)], [one for one in found if isinstance(one, OaoError)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SHARED).as_posix())
def test_a_file_is_imported_or_refused_with_a_reason(path):
    try:
        sessions, refused = imported(path)
    except OaoError as error:
        sessions, refused = [], [error]
    assert sessions or refused
    for error in refused:
        assert error.what
        assert error.remedy


def _replayable():
    for path in FILES:
        try:
            sessions, _ = imported(path)
        except OaoError:
            continue
        if sessions and sessions[0].header.origin.format not in WIRE:
            for session in sessions[:MOST]:
                if any(step.request for step in steps_of(session)):
                    yield pytest.param(session, id=f"{path.name}:{session.header.id}")


def sealed(session, folder):
    path = folder / "it.yaml"
    shelf.save(redacted_session(session, Redactor.of(environment={})), path)
    return path


REPLAYABLE = list(_replayable())


@pytest.mark.parametrize("session", REPLAYABLE)
def test_an_agent_that_makes_the_recorded_calls_replays_the_whole_session(session, tmp_path):
    path = sealed(session, tmp_path)
    with pytest_oao.replay(path):
        scripted_agent.run(steps_of(pytest_oao.load(path)))


def said(value):
    """Return the letters and digits of all that a value says, whether it stands as JSON or as text of JSON."""
    if isinstance(value, dict):
        return "".join(said(name) + said(one) for name, one in value.items())
    if isinstance(value, list):
        return "".join(map(said, value))
    if isinstance(value, str):
        try:
            inner = json.loads(value)
        except ValueError:
            return "".join(filter(str.isalnum, value))
        return said(inner) if isinstance(inner, dict | list) else "".join(filter(str.isalnum, value))
    return "".join(filter(str.isalnum, json.dumps(value)))


UNQUOTED = {"langsmith_runs_v1.jsonl"}
"""Files of calls that do not follow from each other: no request quotes the results before it."""


@pytest.mark.parametrize("session", [one for one in REPLAYABLE if one.values[0].header.origin.source not in UNQUOTED])
def test_what_a_tool_returned_is_what_a_later_request_quotes(session):
    """Whatever a record has in its place, or around it: an agent that sees its tools could not go on from that."""
    models = [one for one in session.exchanges if one.call.kind == "chat" and EARLIER not in one.provenance.lacked]
    asked = [(one.seq, said(one.call.body.json())) for one in models]
    for one in session.exchanges:
        if one.call.kind != "execute_tool" or one.call.parent or isinstance(one.outcome, Raised):
            continue
        later = [request for seq, request in asked if seq > one.seq]
        result = said(one.outcome.body.json())
        assert not later or any(result in request for request in later), one.call.target


def diverged(path, steps):
    with pytest.raises(Diverged) as caught, pytest_oao.replay(path):
        scripted_agent.run(steps)
    return caught.value.divergence


@pytest.mark.parametrize("session", REPLAYABLE)
def test_each_change_diverges_at_its_call(session, tmp_path):
    path = sealed(session, tmp_path)
    kept = pytest_oao.load(path)
    steps = steps_of(kept)
    places = [at for at, step in enumerate(steps) if step.request is not None]
    provenances = {one.seq: one.provenance for one in kept.exchanges}
    last = next((at for at in reversed(places) if _is_compared(steps[at], provenances[steps[at].seq])), None)
    if last is None:
        pytest.skip("the source has no requests to compare")
    step = steps[last]
    told = {*provenances[step.seq].lacked, *provenances[step.seq].truncated}
    changes = [other_last, one_more, *([other_system] if SYSTEM not in told and EARLIER not in told else [])]
    for change in changes:
        found = diverged(path, changed(steps, last, change))
        assert (found.name, found.number) == ("request changed", step.seq), change
    missing = diverged(path, [one for one in steps if one is not step])
    assert (missing.name, missing.number) in {("call missing", step.seq), ("request changed", step.seq)}
    assert diverged(path, [*steps, changed(steps, last, other_last)[last]]).name in {"extra call", "request changed"}


def _is_compared(step, provenance):
    return step.request.messages and MESSAGES not in {*provenance.lacked, *provenance.truncated}
