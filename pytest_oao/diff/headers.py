"""How two sessions' headers differ: plain nested data, which deepdiff knows how to compare."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pytest_oao.diff.paths import shown
from pytest_oao.model.divergences import Change
from pytest_oao.model.sessions import Header

_IDENTITY = ("id", "test")
"""Fields that tell sessions apart, and are no difference between them."""


def header_changes(one: Header, other: Header) -> tuple[Change, ...]:
    """Return what differs in what ran: versions, the agent's code, its tools, where the session came from."""
    from deepdiff import DeepDiff  # noqa: PLC0415 - late: 100 ms that only `oao diff` spends

    found = DeepDiff(_plain(one), _plain(other), view="tree", ignore_type_in_groups=[(list, tuple)])
    return tuple(sorted(_changes(found), key=lambda change: change.path))


def _plain(header: Header) -> dict[str, Any]:
    return {name: value for name, value in asdict(header).items() if name not in _IDENTITY}


def _changes(found: Any) -> Iterator[Change]:  # noqa: ANN401 - deepdiff's tree
    for report, items in found.items():
        for item in items:
            path = shown(tuple(item.path(output_format="list")))
            if report.endswith("_added"):
                yield Change(path, "added", None, item.t2)
            elif report.endswith("_removed"):
                yield Change(path, "removed", item.t1)
            else:
                yield Change(path, "changed", item.t1, item.t2)
