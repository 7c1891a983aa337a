"""Calls in traces of their own that another trace tells too: an inner instrumentation may not see the outer one.

LangChain's callbacks do not make their span the current one, so that what OpenAI's SDK is seen to do stands alone.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeAlias

from pytest_oao.errors import OaoError
from pytest_oao.importers.observations import Observation, ObservedCall
from pytest_oao.importers.views import asks_a_model, failed, request_of, response_id

Run: TypeAlias = Sequence[Observation] | OaoError | None
"""What a trace tells, why it is refused, or that it is of other work."""
_FEW = 4
"""So many records, log records among them, may tell of one call alone."""


@dataclass(frozen=True, slots=True)
class Host:
    """A model call, by what tells that another one is the same; one in a trace of its own may be hosted."""

    trace: str
    id: str
    started_at: float
    ended_at: float
    answer: str
    """The id of its answer, where that is told."""
    shape: tuple[bool, int]
    """Whether it failed, and how many messages it had."""


def hosts_of_strays(counts: Mapping[str, int], run_of: Callable[[str], Run]) -> dict[str, Host]:
    """Return, by each trace that is nothing but a model call, the call among others that is the same, if there is one.

    `counts` are the records of each trace: where all of them stand alone, none need be read.
    """
    if all(count == 1 for count in counts.values()):
        return {}
    few = (trace for trace, count in counts.items() if count <= _FEW)
    strays = [one for trace in few for one in _calls(trace, run_of(trace), alone=True)]
    if not strays:
        return {}
    hosts = _Hosts(one for trace in counts for one in _calls(trace, run_of(trace), alone=False))
    return {stray.trace: host for stray in strays if (host := hosts.of(stray))}


def _calls(trace: str, run: Run, *, alone: bool) -> Iterator[Host]:
    """Yield the model calls of a run: of one that is nothing else, or of one that is more."""
    if run is None or isinstance(run, OaoError) or (len(run) == 1) is not alone:
        return
    for one in run:
        if isinstance(one, ObservedCall) and asks_a_model(one):
            request = request_of(one)
            shape = failed(one), len(request.messages) if request else -1
            yield Host(trace, one.id, one.started_at, one.ended_at, response_id(one), shape)


class _Hosts:
    """The calls that stand among others, by what they have in common with a call that is told twice."""

    def __init__(self, hosts: Iterable[Host]) -> None:
        self._alike: dict[object, list[tuple[float, int, Host]]] = defaultdict(list)
        """By the id of the answer, and by the shape, in the order of their beginnings."""
        self._longest = 0.0
        for place, host in enumerate(hosts):
            for key in (host.answer, host.shape):
                self._alike[key].append((host.started_at, place, host))
            self._longest = max(self._longest, host.ended_at - host.started_at)
        for alike in self._alike.values():
            alike.sort(key=itemgetter(0, 1))

    def of(self, stray: Host) -> Host | None:
        """Return the first that went on when a call began, with the same answer, or of its shape where none is told."""
        same = self._then(stray.answer, stray) if stray.answer else ()
        like = [(place, one) for place, one in self._then(stray.shape, stray) if not (one.answer and stray.answer)]
        return min((*same, *like), key=itemgetter(0), default=(0, None))[1]

    def _then(self, key: object, stray: Host) -> Iterator[tuple[int, Host]]:
        alike = self._alike.get(key, [])
        end = bisect_right(alike, stray.started_at, key=itemgetter(0))
        begin = bisect_left(alike, stray.started_at - self._longest, key=itemgetter(0))
        return ((place, one) for _, place, one in alike[begin:end] if stray.started_at <= one.ended_at)
