"""Where a stream was cut: `events` where each chunk is one server-sent event, counts of events, else sizes in bytes."""

import re
from itertools import accumulate, chain, groupby, pairwise, repeat

from pytest_oao.model.jsontypes import JSON

EVENTS = "events"
_NOTATION = re.compile(r"events(?: [1-9][0-9]{0,8}(?:\*[1-9][0-9]{0,8})?)*")

_BLANK_LINE = re.compile(rb"\n\n|\r\n\r\n")


def write(data: bytes, sizes: tuple[int, ...]) -> JSON:
    """Return `events` (one in each chunk), `events 3 1*40` (how many in each, times how often), or the sizes."""
    ends = _ends(data)
    at = {end: count for count, end in enumerate(ends, 1)}
    cuts = list(accumulate(sizes))
    if not cuts or cuts[-1] != len(data) or 0 in sizes or any(cut not in at for cut in cuts):
        return list(sizes)
    counts = [b - a for a, b in pairwise([0, *(at[cut] for cut in cuts)])]
    runs = [(count, len(list(group))) for count, group in groupby(counts)]
    if len(runs) == 1 and counts[0] == 1:
        return EVENTS
    return " ".join([EVENTS, *(f"{count}*{times}" if times > 1 else str(count) for count, times in runs)])


def read(notation: str, data: bytes) -> tuple[int, ...]:
    """Return the sizes that a notation says of `data`; raises ValueError."""
    if not _NOTATION.fullmatch(notation):
        raise ValueError(f"`{notation[:60]}` is neither `events` nor `events 3 1*40`")
    ends = _ends(data)
    if notation == EVENTS:
        cuts = ends
    else:
        runs = [
            (int(count), int(times or 1)) for count, _, times in (run.partition("*") for run in notation.split()[1:])
        ]
        if sum(count * times for count, times in runs) != len(ends):
            raise ValueError(f"`{notation[:60]}` counts other than the {len(ends)} events that are there")
        counts = chain.from_iterable(repeat(count, times) for count, times in runs)
        cuts = [ends[total - 1] for total in accumulate(counts)]
    if (cuts[-1] if cuts else 0) != len(data):
        raise ValueError("the last event does not end with a blank line")
    return tuple(b - a for a, b in pairwise([0, *cuts]))


def _ends(data: bytes) -> list[int]:
    return [match.end() for match in _BLANK_LINE.finditer(data)]
