"""What two byte strings share at their beginning and at their end."""


def shared(old: bytes, new: bytes) -> tuple[int, int]:
    """Return how many bytes at the head and at the tail of `new` are those of `old`; the two never overlap in either.

    A cut falls on a UTF-8 character's boundary where `new` is UTF-8. Takes O(n) of memcmp, no Python loop over bytes.
    """
    limit = min(len(old), len(new))
    head = _boundary_before(new, _head(old, new, limit))
    tail = _tail(old, new, limit - head)
    return head, len(new) - _boundary_after(new, len(new) - tail)


def rebuilt(old: bytes, head: int, middle: bytes, tail: int) -> bytes:
    """Return what `shared` cut: the head of `old`, `middle`, the tail of `old`."""
    return old[:head] + middle + old[len(old) - tail :]


def _head(old: bytes, new: bytes, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if old.startswith(new[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


def _tail(old: bytes, new: bytes, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if old.endswith(new[len(new) - middle : len(new) - low], 0, len(old) - low):
            low = middle
        else:
            high = middle - 1
    return low


_FOLLOWERS = 3
"""The most bytes that a UTF-8 character has after its first."""


def _boundary_before(data: bytes, at: int) -> int:
    for _ in range(_FOLLOWERS):
        if _inside_character(data, at):
            at -= 1
    return at


def _boundary_after(data: bytes, at: int) -> int:
    for _ in range(_FOLLOWERS):
        if _inside_character(data, at):
            at += 1
    return at


def _inside_character(data: bytes, at: int) -> bool:
    return 0 < at < len(data) and data[at] & 0xC0 == 0x80  # noqa: PLR2004 - 10xxxxxx: a byte that follows
