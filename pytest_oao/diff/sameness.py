"""Whether two JSON values are the same, without any leave: at C speed where it can be."""

from collections.abc import Iterable, Iterator

from pytest_oao.model.jsontypes import JSON

_TELLING = frozenset({bool, dict, list})
"""What a boolean is, or may be in."""


class Absent:
    """What stands where a key or an item is missing."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


def same(one: JSON | Absent, other: JSON | Absent) -> bool:
    """Whether the two are equal as JSON: `1 == 1.0`, `true != 1`, NaN is NaN.

    Values nested deeper than the interpreter recurses are never the same: compare their parts.
    """
    try:
        if one == other:
            return isinstance(one, str) or _same_kinds(one, other)
    except RecursionError:
        return False
    # Whoever recorded NaN and sends NaN sends the same.
    return one != one and other != other  # noqa: PLR0124 - the test for NaN


def strings(value: JSON) -> Iterator[str]:
    """Yield every string in a value, keys too."""
    stack = [value]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            yield top
        elif isinstance(top, dict):
            yield from top
            stack.extend(top.values())
        elif isinstance(top, list):
            stack.extend(top)


def _same_kinds(one: JSON | Absent, other: JSON | Absent) -> bool:
    """Whether two values that are `==` have booleans in the same places, which `==` takes for 0 and 1."""
    stack: list[tuple[object, object]] = [(one, other)]
    while stack:
        a, b = stack.pop()
        if a is b:
            continue
        if isinstance(a, dict) and isinstance(b, dict):
            if _may_tell(a.values(), b.values()):
                stack.extend((item, b[key]) for key, item in a.items() if type(item) is not str)
        elif isinstance(a, list) and isinstance(b, list):
            if _may_tell(a, b):
                stack.extend(pair for pair in zip(a, b, strict=True) if type(pair[0]) is not str)
        elif isinstance(a, bool) is not isinstance(b, bool):
            return False
    return True


def _may_tell(some: Iterable[object], others: Iterable[object]) -> bool:
    return not (_TELLING.isdisjoint(map(type, some)) and _TELLING.isdisjoint(map(type, others)))
