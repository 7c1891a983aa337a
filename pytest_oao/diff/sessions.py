"""Which call of one session stands for which of another, and whether they are the same."""

from collections.abc import Sequence
from typing import TypeAlias

from pytest_oao.diff.bodies import equal_bodies
from pytest_oao.diff.ignore import NOTHING, Ignore
from pytest_oao.diff.patience import anchors, refined
from pytest_oao.diff.renaming import Renaming
from pytest_oao.model.attributes import TOOL_NAME
from pytest_oao.model.exchanges import Exchange

Couple: TypeAlias = tuple[Exchange | None, Exchange | None]
"""A call of either session; None where the other one has no such call."""


def paired(one: Sequence[Exchange], other: Sequence[Exchange]) -> list[Couple]:
    """Pair the calls of two sessions in order: the same requests first, then those of one kind, target and tool."""
    pairs = refined(anchors(_requests(one), _requests(other)), _sorts(one), _sorts(other))
    couples: list[Couple] = []
    a = c = 0
    for b, d in (*pairs, (len(one), len(other))):
        couples += [(exchange, None) for exchange in one[a:b]] + [(None, exchange) for exchange in other[c:d]]
        if b < len(one) and d < len(other):
            couples.append((one[b], other[d]))
        a, c = b + 1, d + 1
    return couples


def same_request(one: Exchange, other: Exchange, renaming: Renaming, ignore: Ignore = NOTHING) -> bool:
    """Whether two calls ask the same; the ids that they were found to name alike are kept in `renaming`."""
    if (one.call.kind, one.call.target) != (other.call.kind, other.call.target):
        return False
    verdict = equal_bodies(one.call.body, other.call.body, renaming, ignore)
    renaming.commit(verdict.pairs)
    return verdict.equal


def _requests(exchanges: Sequence[Exchange]) -> list[tuple[str, ...]]:
    return [(e.call.kind, e.call.target, e.call.body.sha256) for e in exchanges]


def _sorts(exchanges: Sequence[Exchange]) -> list[tuple[str, ...]]:
    return [(e.call.kind, e.call.target, str(e.call.attributes.get(TOOL_NAME) or "")) for e in exchanges]
