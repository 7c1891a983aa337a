"""What `oao import --help` says of services, beside its options."""

from collections.abc import Iterator
from textwrap import wrap

from pytest_oao.ports import Puller
from pytest_oao.pullers.table import PULLERS

_INDENT = 17
_WIDTH = 80


def services_help() -> str:
    """Return how each service is asked, and which environment variables say where it is and who asks."""
    head = "services, and the environment variables that say where they are and who asks:"
    return "\n".join([head, *(line for one in PULLERS for line in _lines(one))])


def _lines(puller: Puller) -> Iterator[str]:
    names = ", ".join(" or ".join(group) for group in puller.variables)
    said = f"{puller.kept}: {names}" if names else puller.kept
    asked = f"  {', '.join(puller.forms)}"
    lines = wrap(said, _WIDTH - _INDENT, break_long_words=False, break_on_hyphens=False)
    if len(asked) < _INDENT:
        asked = asked.ljust(_INDENT) + lines.pop(0)
    yield asked
    yield from (" " * _INDENT + line for line in lines)
