"""The traces of openai-agents, sent to OpenAI by a thread of their own: no part of what an agent does.

While recording they are sent as ever, and are no host calls; in a replay none is.
"""

import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.lanes import perform
from pytest_oao.runtime.running import current

_TAKES = ("on_trace_start", "on_span_end")
"""How what is to be sent is handed to the thread, which the first time is started."""


class OpenaiAgentsTraces:
    """Patches what collects traces, and the exporter that sends them; exporters of the project's own are left alone."""

    name = "openai-agents-traces"
    modules = ("agents.tracing.processors",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch `BatchTraceProcessor` and `BackendSpanExporter`."""
        patches, library = Patches(), sys.modules[module]
        for name in _TAKES:
            patches.wrap(library.BatchTraceProcessor, name, _taking_for(library.BackendSpanExporter))
        patches.wrap(library.BackendSpanExporter, "export", _unseen)
        if hasattr(library.BackendSpanExporter, "_export_with_deadline"):  # what the end of the process calls
            patches.wrap(library.BackendSpanExporter, "_export_with_deadline", _unseen)
        return patches.undo


def _taking_for(exporter: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def make(original: Callable[..., None]) -> Callable[..., None]:
        def take(self: Any, item: Any) -> None:
            if isinstance(getattr(self, "_exporter", None), exporter):
                _unseen(original)(self, item)
            else:
                original(self, item)

        return take

    return make


def _unseen(original: Callable[..., None]) -> Callable[..., None]:
    """Have something done that is no host call, and whose thread takes no number of a lane; not at all in a replay."""

    def do(self: Any, *args: Any, **kwargs: Any) -> None:
        gateway = current()
        if gateway is None:
            original(self, *args, **kwargs)
        elif gateway.writes:
            with perform():
                original(self, *args, **kwargs)

    return do
