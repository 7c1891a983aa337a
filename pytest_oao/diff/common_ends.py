"""What two texts, or two lists, have in common at their beginnings and ends."""

from collections.abc import Sequence
from typing import TypeVar

_FIRST = 16
_LARGEST = 1 << 20
_FEW = 8
"""Items that are compared one by one."""

T = TypeVar("T")


def common_prefix(one: Sequence[T], other: Sequence[T], i: int = 0, j: int = 0) -> int:
    """Return how many items `one[i:]` and `other[j:]` begin with alike; compares slices that grow, at C speed."""
    length, size = 0, _FIRST
    while True:
        a, b = one[i + length : i + length + size], other[j + length : j + length + size]
        if a != b:
            return length + _agreeing(a, b)
        length += len(a)
        if len(a) < size:
            return length
        size = min(size * 4, _LARGEST)


def common_suffix(one: Sequence[T], other: Sequence[T], limit: int) -> int:
    """Return how many items the two end with alike, `limit` at most."""
    length, size = 0, _FIRST
    while length < limit:
        step = min(size, limit - length)
        a = one[len(one) - length - step : len(one) - length]
        b = other[len(other) - length - step : len(other) - length]
        if a != b:
            return length + _agreeing(a[::-1], b[::-1])
        length += step
        size = min(size * 4, _LARGEST)
    return length


def _agreeing(a: Sequence[T], b: Sequence[T]) -> int:
    low, high = 0, min(len(a), len(b))
    while high - low > _FEW:
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    while low < high and a[low] == b[low]:
        low += 1
    return low
