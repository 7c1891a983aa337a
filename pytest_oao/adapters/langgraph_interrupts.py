"""LangGraph's `interrupt()`: the answer by which a graph is resumed is a person's.

The graph's own machinery runs in a replay too: it stops, and the test resumes it as when recording. What is recorded
is the question with the answer, so that an answer that changed is told.
"""

import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

from pytest_oao.errors import SeamMissing
from pytest_oao.model.kinds import HUMAN
from pytest_oao.runtime.performances import performed
from pytest_oao.runtime.value_calls import Asked

_OURS = "_oao_interrupt"


class LangGraphInterrupts:
    """Gives `langgraph.types.interrupt` other code: agents hold the function itself, imported by its name."""

    name = "langgraph interrupts"
    modules = ("langgraph.types",)

    def install(self, module: str) -> Callable[[], None]:
        """Replace the code of the function."""
        interrupt = getattr(sys.modules[module], "interrupt", None)
        if not isinstance(interrupt, FunctionType) or interrupt.__code__.co_freevars:
            raise SeamMissing(
                "langgraph.types.interrupt is no plain function: its answers cannot be seen", where=module
            )
        code, home = interrupt.__code__, interrupt.__globals__
        original = FunctionType(code, home, interrupt.__name__, interrupt.__defaults__)
        original.__kwdefaults__ = interrupt.__kwdefaults__
        home[_OURS] = _resumed(original)
        interrupt.__code__ = _instead.__code__

        def undo() -> None:
            interrupt.__code__ = code
            del home[_OURS]

        return undo


def _instead(*args: Any, **kwargs: Any) -> Any:
    return _oao_interrupt(*args, **kwargs)  # type: ignore[name-defined]  # noqa: F821 - a global of langgraph's module


def _resumed(original: Callable[..., Any]) -> Callable[..., Any]:
    def interrupt(value: Any, **kwargs: Any) -> Any:
        answer = original(value, **kwargs)  # raises where the graph has to stop for one
        return performed(Asked(HUMAN, "interrupt", {"question": value, "answer": answer}), lambda: answer)

    return interrupt
