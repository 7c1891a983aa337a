"""Recorded-traffic regression testing of agents.

The public names are loaded when they are first used, so that pytest can load the plugin without the engine
(docs/explanation/decisions/0002-lazy-root.md).
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "load": "pytest_oao.api.loading",
    "record": "pytest_oao.api.recording",
    "replay": "pytest_oao.api.replaying",
    "AgentsTrace": "pytest_oao.api.agents_trace",
    "Recorder": "pytest_oao.api.recorders",
    "RecordASGI": "pytest_oao.api.asgi",
    "RecordWSGI": "pytest_oao.api.wsgi",
    "Directory": "pytest_oao.stores.directories",
    "Bucket": "pytest_oao.stores.buckets",
    "RedisStreams": "pytest_oao.stores.redis_streams",
    "ask": "pytest_oao.adapters.questions",
    "answering": "pytest_oao.runtime.people",
    "tool": "pytest_oao.adapters.functions",
    "wrap": "pytest_oao.adapters.objects",
    "parallel": "pytest_oao.runtime.parallelism",
    "agent": "pytest_oao.runtime.agents",
    "idempotency_key": "pytest_oao.runtime.idempotency_keys",
    "Session": "pytest_oao.model.sessions",
    "Exchange": "pytest_oao.model.exchanges",
    "Call": "pytest_oao.model.calls",
    "Usage": "pytest_oao.model.exchanges",
    "Divergence": "pytest_oao.model.divergences",
    "Policy": "pytest_oao.policy.policies",
    "Retry": "pytest_oao.policy.retries",
    "Approval": "pytest_oao.ports",
    "Ledger": "pytest_oao.model.ledgers",
    "Violation": "pytest_oao.model.violations",
    "PolicyViolation": "pytest_oao.errors",
    "OaoError": "pytest_oao.errors",
    "OaoHalt": "pytest_oao.errors",
    "Diverged": "pytest_oao.errors",
}

__all__ = [  # noqa: PLE0604 - the table above is the list
    *_HOMES,
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what each name is, its home says
    if name not in _HOMES:
        raise AttributeError(f"module 'pytest_oao' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
