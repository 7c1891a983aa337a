"""`input()`: what a person types at the terminal."""

import builtins
import sys
from collections.abc import Callable
from types import FrameType

from pytest_oao.adapters.patching import Patches
from pytest_oao.model.kinds import HUMAN
from pytest_oao.runtime.lanes import performing
from pytest_oao.runtime.people import asked_at_the_terminal, given_answer
from pytest_oao.runtime.performances import performed
from pytest_oao.runtime.running import current
from pytest_oao.runtime.secret_answers import guarded
from pytest_oao.runtime.value_calls import Asked

_DEBUGGERS = frozenset({"pdb", "bdb", "cmd", "code", "pdbpp", "ipdb", "IPython.terminal.interactiveshell"})
"""Modules whose `input` asks the developer, and no person that the agent talks to."""


class ConsoleInput:
    """Patches the builtin `input`, by which libraries of prompts ask too."""

    name = "input"
    modules = ("builtins",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch the function; `module` is `builtins`."""
        del module
        patches = Patches()
        patches.wrap(builtins, "input", _recorded)
        return patches.undo


def _recorded(original: Callable[..., str]) -> Callable[..., str]:
    def input(prompt: object = "", /) -> str:  # noqa: A001 - it takes the place of that
        if current() is None or performing() or _debugs():
            return original(prompt)
        asked = guarded(Asked(HUMAN, "input", {"prompt": str(prompt)}), str(prompt))
        return performed(asked, lambda: _typed(original, str(prompt)))  # type: ignore[no-any-return]

    return input


def _typed(original: Callable[..., str], prompt: str) -> str:
    given = given_answer(prompt)
    return str(given[0]) if given is not None else asked_at_the_terminal(prompt, lambda: original(prompt))


def _debugs() -> bool:
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - who asks is all that tells
    return frame is not None and frame.f_globals.get("__name__") in _DEBUGGERS
