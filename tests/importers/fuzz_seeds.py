"""The files that the fuzzer breaks, by their formats: those of the importers' tests, and real ones."""

import os
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import ClassVar

import pytest
import test_adk_sessions as adk
import test_agentloom as agentloom
import test_autogen as autogen
import test_chidori as chidori
import test_claude_agent_sdk as claude_agent_sdk
import test_claude_code as claude_code
import test_codex as codex
import test_gemini_cli as gemini_cli
import test_har as har
import test_inspect_logs as inspect_logs
import test_langfuse as langfuse
import test_langsmith as langsmith
import test_litellm_logs as litellm
import test_llama_stack as llama_stack
import test_open_agent_orchestrator as orchestrator
import test_openai_agents as openai_agents
import test_openai_stored as openai_stored
import test_openhands as openhands
import test_other_recordings as others
import test_raw_pairs as raw_pairs
import test_spans as spans
import test_swe_agent as swe_agent
import test_tau2 as tau2
import test_tau_bench as tau_bench
import test_vcr_cassettes as vcr
import yaml
from foreign_values import as_json
from fuzz_forms import PARQUET, form_of, parquet
from importer_samples import sessions_in
from langgraph_databases import weather
from test_span_dialects import PRINTED

from pytest_oao.cassette.journal import Journal
from pytest_oao.errors import OaoError
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS

NAMES = (*(importer.name for importer in IMPORTERS), "parquet")
LARGEST = 16 * 1024
"""Bytes of a file, as it is when unpacked: of larger ones, fewer inputs are tried in the same time."""
SHARED = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared")
REAL = (
    Path(__file__).with_name("data"),
    Path(__file__).parents[1] / "acceptance" / "platform_exports",
    SHARED / "samples",
    SHARED / "corpus",
)


@cache
def seeds(name):
    """Return the files of a format, of `parquet` those of LangSmith's bulk export."""
    return [*_written()[name], *_real().get(name, []), *Gathering.found.get(name, [])]


def gather():
    """Run the importers' tests, so that all files that they read are seeds, too: they know each shape that there is."""
    options = ["-qq", "--no-summary", "-m", "not hypothesis", "-p", "no:cacheprovider"]
    here = Path(__file__).parent
    pytest.main([str(here), f"--ignore={here / 'test_fuzz.py'}", *options], plugins=[Gathering()])


class Gathering:
    """Takes note of the files that tests read."""

    found: ClassVar = {}

    @pytest.fixture(autouse=True)
    def _take_note(self, monkeypatch):
        reading = FileDump.__init__

        def read(dump, source, content):
            reading(dump, source, content)
            if dump.size <= LARGEST:
                taken.add(content if isinstance(content, bytes) else content.read_bytes())

        taken = set()
        monkeypatch.setattr(FileDump, "__init__", read)
        yield
        monkeypatch.undo()
        for data in taken:
            _sort_in(self.found, FileDump("x", data))


@cache
def _written():
    stored = [openai_stored.FIRST, openai_stored.SECOND, openai_stored.OTHER]
    cassette = vcr.cassette(vcr.interaction(), vcr.interaction(answer={"string": vcr.SSE}, status=429))
    log = {"log": {"version": "1.2", "creator": {"name": "x"}, "entries": [har.ENTRY, har.ENTRY]}}
    rollout = _lines([*codex.START, *codex.TURN])
    raw = _lines([raw_pairs.RICH, raw_pairs.ENDED])
    return {
        "adk": [as_json(adk.SESSION)],
        "agentloom": [as_json(agentloom.RECORDING)],
        "autogen": [as_json([autogen.FIRST, autogen.SECOND])],
        "chidori": [as_json(chidori.RUN), as_json({"session_id": "s", "input": {}, "call_log": chidori.RUN})],
        "claude-agent-sdk": [_lines(claude_agent_sdk.STREAM), as_json(claude_agent_sdk.STREAM)],
        "claude-code": [_lines(claude_code.PARALLEL), _lines([*claude_code.TASK, *claude_code.AGENT])],
        "codex": [rollout],
        "dd-test-agent": [as_json(others.DATADOG)],
        "gemini-cli": [as_json(gemini_cli.SESSION)],
        "go-vcr": [others.GO.format(version=number).encode() for number in (1, 2)],
        "har": [as_json(log)],
        "helicone": [_lines([raw_pairs.HELICONE, raw_pairs.HELICONE])],
        "inspect": [inspect_logs.archive(inspect_logs.FULL), inspect_logs.document(inspect_logs.FULL)],
        "journal": [*map(_journal, (raw, as_json(cassette), rollout))],
        "langfuse": [*langfuse.SHAPES.values()],
        "langgraph": [weather().data],
        "langsmith": [*langsmith.SHAPES.values()],
        "litellm": [*map(as_json, litellm.SAMPLES), _lines(litellm.SAMPLES)],
        "llama-stack": [*map(as_json, llama_stack.SAMPLES), _lines(llama_stack.SAMPLES)],
        "mlflow": [as_json(spans.MLFLOW)],
        "open-agent-orchestrator": [as_json(orchestrator.RUN)],
        "openai-agents": [_lines(openai_agents.WHOLE)],
        "openai-stored": [
            _lines(stored),
            *map(as_json, (openai_stored.COMPLETION, openai_stored.CONVERSATION, openai_stored.LISTED)),
        ],
        "openhands": [as_json(openhands.EVENTS)],
        "otel-spans": [_lines([PRINTED, PRINTED])],
        "otlp": [*map(as_json, spans.SPANS)],
        "parquet": [PARQUET.write([*map(langsmith.exported, langsmith.RUNS)])] if parquet else [],
        "phoenix": [as_json([spans.phoenix(told) for told in (spans.FLAT, spans.RAW)])],
        "portkey": [_lines([raw_pairs.PORTKEY, raw_pairs.FLAT])],
        "raw": [raw],
        "swe-agent": [as_json(swe_agent.COMMANDS), as_json(swe_agent.FUNCTIONS)],
        "tau-bench": [as_json([tau_bench.TASK])],
        "tau2": [as_json(tau2.RESULTS)],
        "vcrpy": [yaml.safe_dump(cassette).encode(), as_json(cassette)],
    }


@cache
def _real():
    """Return the real files, by the format that each is taken for."""
    found = {}
    for path in sorted(path for folder in REAL for path in folder.rglob("*") if path.is_file()):
        data = FileDump(path.name, path).data()
        _sort_in(found, FileDump(path.name, data if len(data) <= LARGEST else _thinned(data)))
    return found


def _thinned(data):
    """Return a file with fewer items in its lists and less text, so that it is small."""
    form, value = form_of(data)
    made = (form.write(_shortened(value, most)) for most in (16, 8, 4, 2))
    return next((thin for thin in made if len(thin) <= LARGEST), b"")


def _shortened(value, most):
    match value:
        case list():
            begin = value[: most // 2]
            return [_shortened(item, most) for item in (*begin, *value[max(len(begin), len(value) - most // 2) :])]
        case dict():
            return {key: _shortened(item, most) for key, item in value.items()}
        case str() if value[:1] not in ("{", "["):
            return value[: most * 40]
    return value


def _sort_in(found, dump):
    """Put a file with those of its format; leave out what is of none."""
    with suppress(OaoError):
        found.setdefault(detect(dump, IMPORTERS).name, []).append(dump.data())


def _lines(values):
    return b"".join(as_json(value) + b"\n" for value in values)


def _journal(data):
    """Return a journal of what a file of another format holds."""
    (session,) = sessions_in(data, "x")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "run.oao.jsonl")
        journal = Journal.create(path, session.header)
        for exchange in session.exchanges:
            journal.started(exchange.seq, exchange.call)
            journal.settled(exchange)
        journal.close(session.ending)
        return path.read_bytes()
