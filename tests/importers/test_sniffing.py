"""Each sample and each file of the corpus is detected as what it is, by its content alone."""

import os
from pathlib import Path

import pytest

from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS

SHARED = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared")
if not SHARED.is_dir():
    pytest.skip("the recorded traffic is not here", allow_module_level=True)

FORMATS = {
    "corpus/ai-sdk-spans/*/*": "otel-spans",
    "corpus/autogen-session/*/*": "autogen",
    "corpus/claude-agent-sdk/*/*": "claude-agent-sdk",
    "corpus/claude-code-jsonl/*/*": "claude-code",
    "corpus/codex-rollout/*/*": "codex",
    "corpus/dd-test-agent-json/*/*": "dd-test-agent",
    "corpus/gemini-cli-session/*/*": "gemini-cli",
    "corpus/go-vcr/*/*": "go-vcr",
    "corpus/har/*/*": "har",
    "corpus/inspect-eval/*/*": "inspect",
    "corpus/langfuse-export/*/*": "langfuse",
    "corpus/langsmith-run/*/*.json": "langsmith",
    "corpus/llama-stack/*/*": "llama-stack",
    "corpus/openhands/*/*": "openhands",
    "corpus/otlp-json-derived/*/*": "otlp",
    "corpus/swe-agent-traj/*/*": "swe-agent",
    "corpus/tau-bench/*/*": "tau-bench",
    "corpus/vcr-yaml-gz/*/*": "vcrpy",
    "corpus/vcr-yaml/*/*": "vcrpy",
    "samples/claude_code.constructed.jsonl": "claude-code",
    "samples/codex_rollout.constructed.jsonl": "codex",
    "samples/har.constructed.json": "har",
    "samples/helicone.constructed.jsonl": "helicone",
    "samples/inspect.eval": "inspect",
    "samples/langfuse_*": "langfuse",
    "samples/langgraph.sqlite": "langgraph",
    "samples/langsmith_*": "langsmith",
    "samples/litellm_slp.jsonl": "litellm",
    "samples/llama_stack_recording.constructed.json": "llama-stack",
    "samples/mlflow_trace.constructed.json": "mlflow",
    "samples/openai_agents_*": "openai-agents",
    "samples/otlp_*": "otlp",
    "samples/phoenix_*": "phoenix",
    "samples/portkey.constructed.jsonl": "portkey",
    "samples/tau_bench.constructed.json": "tau-bench",
    "samples/vcr.json": "vcrpy",
    "samples/vcr.yaml": "vcrpy",
}
FILES = [(path, name) for pattern, name in FORMATS.items() for path in sorted(SHARED.glob(pattern))]


@pytest.mark.parametrize(("path", "name"), FILES, ids=lambda value: getattr(value, "name", value))
def test_a_file_is_known_by_its_content(path, name):
    assert detect(FileDump("x", path), IMPORTERS).name == name


def test_each_pattern_has_files():
    assert {name for _, name in FILES} == set(FORMATS.values())
