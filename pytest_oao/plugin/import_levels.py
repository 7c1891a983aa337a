"""How closely the calls of imported sessions were compared, as the end of a run tells it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pytest_oao.providers.compared import LEVELS
from pytest_oao.runtime.import_matching import EXACT


def level_lines(told: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line with the levels at which calls were answered, none where no import was replayed."""
    counts: Counter[str] = Counter()
    for entry in told:
        counts.update(entry.get("levels", {}))
    if counts:
        levels = ", ".join(f"{counts[level]} at `{level}`" for level in (EXACT, *LEVELS) if counts[level])
        calls = "1 call" if counts.total() == 1 else f"{counts.total()} calls"
        yield f"imported sessions answered {calls}: {levels}"
