"""The importers: our own, and those that installed packages offer by the entry point `pytest_oao_importers`."""

from importlib.metadata import entry_points

from pytest_oao.importers.adk_sessions import AdkSessions
from pytest_oao.importers.agentloom import AgentLoom
from pytest_oao.importers.autogen import Autogen
from pytest_oao.importers.chidori import Chidori
from pytest_oao.importers.claude_agent_sdk import ClaudeAgentSdk
from pytest_oao.importers.claude_code import ClaudeCode
from pytest_oao.importers.codex import Codex
from pytest_oao.importers.dd_test_agent import DdTestAgent
from pytest_oao.importers.gemini_cli import GeminiCli
from pytest_oao.importers.go_vcr import GoVcr
from pytest_oao.importers.har import Har
from pytest_oao.importers.helicone import Helicone
from pytest_oao.importers.inspect_logs import InspectLogs
from pytest_oao.importers.journals import Journals
from pytest_oao.importers.langfuse import Langfuse
from pytest_oao.importers.langgraph_checkpoints import LangGraphCheckpoints
from pytest_oao.importers.langsmith import LangSmith
from pytest_oao.importers.litellm_logs import LiteLLM
from pytest_oao.importers.llama_stack import LlamaStack
from pytest_oao.importers.mlflow import MlFlow
from pytest_oao.importers.open_agent_orchestrator import OpenAgentOrchestrator
from pytest_oao.importers.openai_agents import OpenAIAgents
from pytest_oao.importers.openai_stored import OpenAIStored
from pytest_oao.importers.openhands import OpenHands
from pytest_oao.importers.otlp import Otlp
from pytest_oao.importers.phoenix import Phoenix
from pytest_oao.importers.portkey import Portkey
from pytest_oao.importers.raw_pairs import RawPairs
from pytest_oao.importers.sdk_spans import SdkSpans
from pytest_oao.importers.swe_agent import SweAgent
from pytest_oao.importers.tau2 import Tau2
from pytest_oao.importers.tau_bench import TauBench
from pytest_oao.importers.vcr_cassettes import VcrCassettes
from pytest_oao.ports import Importer

IMPORTERS: tuple[Importer, ...] = (
    Har(),
    GoVcr(),
    VcrCassettes(),
    LlamaStack(),
    InspectLogs(),
    LangGraphCheckpoints(),
    Chidori(),
    AgentLoom(),
    OpenAgentOrchestrator(),
    Otlp(),
    MlFlow(),
    Phoenix(),
    SdkSpans(),
    DdTestAgent(),
    Journals(),
    Langfuse(),
    LangSmith(),
    OpenAIAgents(),
    TauBench(),
    Tau2(),
    SweAgent(),
    ClaudeCode(),
    ClaudeAgentSdk(),
    Autogen(),
    OpenHands(),
    Codex(),
    GeminiCli(),
    AdkSessions(),
    OpenAIStored(),
    LiteLLM(),
    Helicone(),
    Portkey(),
    RawPairs(),
)
"""In the order in which they are asked.

What go-vcr writes has keys of its own and else looks like vcrpy's. `raw` comes last: pairs that no platform wrote.
"""


def importers() -> tuple[Importer, ...]:
    """Return the importers to ask, those of other packages first: ours may take their kind for its own."""
    offered = entry_points(group="pytest_oao_importers")
    return (*(entry.load() for entry in offered), *IMPORTERS)
