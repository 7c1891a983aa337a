"""Our own adapters; users add theirs by the hook `pytest_oao_adapters`."""

from pytest_oao.adapters.httpx_transport import HttpxTransport
from pytest_oao.adapters.lanes_asyncio import AsyncioLanes
from pytest_oao.adapters.lanes_langgraph import LanggraphLanes
from pytest_oao.adapters.lanes_threads import ThreadLanes
from pytest_oao.adapters.lanes_trio import TrioLanes
from pytest_oao.adapters.langchain_tools import LangchainTools
from pytest_oao.adapters.lazy_pools import LazyPools
from pytest_oao.adapters.sdk_retries import SdkRetries
from pytest_oao.ports import Adapter

ADAPTERS: tuple[Adapter, ...] = (
    HttpxTransport(),
    LazyPools(),
    SdkRetries(),
    AsyncioLanes(),
    ThreadLanes(),
    TrioLanes(),
    LanggraphLanes(),
    LangchainTools(),
)
