"""What a cassette of vcrpy's has nearest to a request that it does not have, by the matchers that are in force."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_oao.model.divergences import Name

_OF_THE_ADDRESS = frozenset({"method", "scheme", "host", "port", "path", "query", "uri"})
_ONCE = "each interaction is used once: allow_playback_repeats is off"


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a request has no answer."""

    name: Name
    cause: str
    position: int | None = None
    """Where the nearest recorded request stands, from 0; None where there is none."""
    in_address: bool = True
    """Whether its address is all that differs."""
    notes: tuple[str, ...] = ()


Matchers = Sequence[Callable[[Any, Any], object]]


def miss_of(requests: Sequence[Any], cassette: Any, matchers: Matchers) -> Miss:
    """Return why none of a cassette's interactions answers a request, which was tried in one form or more."""
    if not cassette.data:
        return Miss("extra call", "the cassette holds no interaction")
    failed = [
        min((_failures(request, stored, matchers) for request in requests), key=len) for stored, _ in cassette.data
    ]
    position = min(range(len(failed)), key=lambda at: (len(failed[at]), bool(cassette.play_counts[at])))
    if not failed[position]:
        times = "once" if (count := failed.count([])) == 1 else f"{count} times"
        cause = f"it is recorded {times}, and was answered as often"
        return Miss("extra call", cause, position, notes=(_ONCE,))
    names = [name for name, _ in failed[position]]
    cause = f"nothing recorded matches; #{position + 1} is nearest, and differs in {', '.join(names)}"
    notes = [f"matched on {', '.join(map(_name, matchers))} (match_on)"]
    notes += [f"{name}: {line}" for name, told in failed[position] if (line := _line(told))]
    return Miss("request changed", cause, position, set(names) <= _OF_THE_ADDRESS, tuple(notes))


def _failures(request: Any, stored: Any, matchers: Matchers) -> list[tuple[str, str]]:
    """Return the names of the matchers that tell two requests apart, each with what it says."""
    from vcr.matchers import get_matchers_results  # noqa: PLC0415 - late: 0.4 s

    _, failures = get_matchers_results(request, stored, matchers)
    return [(str(name), str(said or "")) for name, said in failures]


def _name(matcher: Callable[[Any, Any], object]) -> str:
    return str(getattr(matcher, "__name__", matcher))


def _line(told: str) -> str:
    """Return what a matcher says where that is one line: more is told by the differences."""
    return "" if "\n" in told.strip() else told.strip()
