"""Calls in traces of their own that another trace tells too: an inner instrumentation may not see the outer one.

LangChain's callbacks do not make their span the current one, so that what OpenAI's SDK is seen to do stands alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pytest_oao.errors import OaoError
from pytest_oao.importers.observations import Observation, Observed
from pytest_oao.importers.views import asks_a_model, failed, request_of, response_of

Runs = Mapping[str, Sequence[Observation] | OaoError]


def adopted(runs: Runs) -> dict[str, Sequence[Observation] | OaoError]:
    """Return the runs, the calls that stand alone put into the one that tells of the same call."""
    found = dict(runs)
    hosts = [one for run in _told(runs) if len(run) > 1 for one in run if _is_model(one)]
    for trace, run in runs.items():
        stray = _stray(run)
        host = next((one for one in hosts if stray and _same_call(one, stray)), None) if stray else None
        if stray and host:
            inner = replace(stray, run=host.run, parent=host.id)
            there = found[host.run]
            assert not isinstance(there, OaoError)
            found[host.run] = [*there, inner]
            del found[trace]
    return found


def _told(runs: Runs) -> Iterator[Sequence[Observation]]:
    return (run for run in runs.values() if not isinstance(run, OaoError))


def _is_model(one: Observation) -> bool:
    return isinstance(one, Observed) and asks_a_model(one)


def _stray(run: Sequence[Observation] | OaoError) -> Observed | None:
    """Return the call of a run that is nothing but a model call."""
    only = run[0] if not isinstance(run, OaoError) and len(run) == 1 else None
    return only if isinstance(only, Observed) and asks_a_model(only) else None


def _same_call(host: Observation, stray: Observed) -> bool:
    """Whether a call began while the other went on, with the same answer, or else as many messages and the same end."""
    if not isinstance(host, Observed) or not host.started_at <= stray.started_at <= host.ended_at:
        return False
    one, other = response_of(host), response_of(stray)
    if one and other and one.id and other.id:
        return one.id == other.id
    return failed(host) == failed(stray) and _size(host) == _size(stray)


def _size(one: Observed) -> int:
    request = request_of(one)
    return len(request.messages) if request else -1
