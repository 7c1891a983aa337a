"""Our own adapters; users add theirs by the hook `pytest_oao_adapters`."""

from pytest_oao.adapters.adk_tools import AdkTools
from pytest_oao.adapters.aiohttp_client import AiohttpClient
from pytest_oao.adapters.anthropic_tools import AnthropicTools
from pytest_oao.adapters.aws_credentials import AwsCredentials
from pytest_oao.adapters.console_input import ConsoleInput
from pytest_oao.adapters.crewai_events import CrewAIEvents
from pytest_oao.adapters.crewai_tools import CrewAITools
from pytest_oao.adapters.google_credentials import GoogleCredentials
from pytest_oao.adapters.http_client import HttpClient
from pytest_oao.adapters.http_retries import HttpRetries
from pytest_oao.adapters.httpx_own_transports import HttpxOwnTransports
from pytest_oao.adapters.httpx_transport import HttpxTransport
from pytest_oao.adapters.lanes_asyncio import AsyncioLanes
from pytest_oao.adapters.lanes_langgraph import LanggraphLanes
from pytest_oao.adapters.lanes_threads import ThreadLanes
from pytest_oao.adapters.lanes_trio import TrioLanes
from pytest_oao.adapters.langchain_tools import LangchainTools
from pytest_oao.adapters.langgraph_interrupts import LangGraphInterrupts
from pytest_oao.adapters.lazy_pools import LazyPools
from pytest_oao.adapters.mcp_requests import McpRequests
from pytest_oao.adapters.mcp_sessions import McpSessions
from pytest_oao.adapters.mcp_transports import McpTransports
from pytest_oao.adapters.multipart_boundaries import MultipartBoundaries
from pytest_oao.adapters.openai_agents_approvals import OpenaiAgentsApprovals
from pytest_oao.adapters.openai_agents_client import OpenaiAgentsClient
from pytest_oao.adapters.openai_agents_tools import OpenaiAgentsTools
from pytest_oao.adapters.openai_agents_traces import OpenaiAgentsTraces
from pytest_oao.adapters.processes import Processes
from pytest_oao.adapters.processes_asyncio import AsyncioProcesses
from pytest_oao.adapters.processes_os import OsProcesses
from pytest_oao.adapters.pydantic_ai_approvals import PydanticAiApprovals
from pytest_oao.adapters.pydantic_ai_tools import PydanticAiTools
from pytest_oao.adapters.sdk_retries import SdkRetries
from pytest_oao.adapters.smolagents_tools import SmolagentsTools
from pytest_oao.adapters.spawned_processes import SpawnedProcesses
from pytest_oao.adapters.tenacity_waits import TenacityWaits
from pytest_oao.adapters.tornado_client import TornadoClient
from pytest_oao.adapters.tornado_curl import TornadoCurl
from pytest_oao.adapters.websocket_tasks import WebsocketTasks
from pytest_oao.adapters.websocket_threads import WebsocketThreads
from pytest_oao.ports import Adapter

ADAPTERS: tuple[Adapter, ...] = (
    HttpxTransport(),
    HttpxOwnTransports(),
    LazyPools(),
    HttpClient(),
    AiohttpClient(),
    TornadoClient(),
    TornadoCurl(),
    HttpRetries(),
    AwsCredentials(),
    MultipartBoundaries(),
    SdkRetries(),
    TenacityWaits(),
    GoogleCredentials(),
    AsyncioLanes(),
    ThreadLanes(),
    TrioLanes(),
    LanggraphLanes(),
    LangchainTools(),
    ConsoleInput(),
    LangGraphInterrupts(),
    AnthropicTools(),
    SmolagentsTools(),
    CrewAITools(),
    CrewAIEvents(),
    AdkTools(),
    WebsocketTasks(),
    WebsocketThreads(),
    McpTransports(),
    McpSessions(),
    McpRequests(),
    OpenaiAgentsTools(),
    OpenaiAgentsApprovals(),
    OpenaiAgentsClient(),
    OpenaiAgentsTraces(),
    PydanticAiTools(),
    SpawnedProcesses(),
    Processes(),
    AsyncioProcesses(),
    OsProcesses(),
    PydanticAiApprovals(),
)
