"""One change of a request, in lines."""

import json
from collections.abc import Iterator

from pytest_oao.diff.messages import role, said
from pytest_oao.model.divergences import Change, Explanation
from pytest_oao.model.jsontypes import JSON
from pytest_oao.report.layout import block, counted
from pytest_oao.report.printable import one_line

_SIGNS = {"changed": "~", "added": "+", "removed": "-", "moved": "~"}
_CHANGES = (6, 20)
"""Changes shown at verbosity 0 and 1; above that, all."""
_LINES = (10, 24)
"""Lines of a changed text, in the same way."""
_WHOLE = 60
"""Lines of a value that is shown whole."""


def change_lines(explanation: Explanation, width: int, verbosity: int = 0) -> Iterator[str]:
    """Yield the changes path by path, the first difference first; more of them with more verbosity."""
    most = _CHANGES[verbosity] if verbosity < len(_CHANGES) else len(explanation.changes)
    for change in explanation.changes[:most]:
        yield from _change(change, width, verbosity)
    hidden = len(explanation.changes[most:])
    more = [counted(hidden + explanation.omitted, "more change")] if hidden or explanation.omitted else []
    more += ["more that was not looked into"] if explanation.cut else []
    if more:
        yield f"  … {', and '.join(more)}{' (-v shows more)' if hidden else ''}"


def _change(change: Change, width: int, verbosity: int) -> Iterator[str]:
    head = f"  {_SIGNS[change.kind]} {one_line(change.path, width)}"
    if change.kind == "moved":
        yield head + "".join(change.text).replace("  ", " ", 1)
    elif change.text:
        yield head
        most = _LINES[min(verbosity, 1)]
        yield from (f"      {line}" for line in change.text[:most])
        if len(change.text) > most:
            yield f"        … {counted(len(change.text) - most, 'more line')} (-v shows more)"
    elif change.kind == "changed":
        yield from _values(head, change, width)
    else:
        yield from _item(head, change.expected if change.kind == "removed" else change.actual, width, verbosity)


def _values(head: str, change: Change, width: int) -> Iterator[str]:
    one, other = _compact(change.expected), _compact(change.actual)
    if len(head) + len(one) + len(other) + 5 <= width:
        yield f"{head}: {one} → {other}"
    else:
        yield head
        yield f"      - {one_line(one, width - 8)}"
        yield f"      + {one_line(other, width - 8)}"


def _item(head: str, value: JSON, width: int, verbosity: int) -> Iterator[str]:
    """Yield what was added or removed: a message as who says what, anything else as JSON."""
    if verbosity:
        yield head
        yield from block(json.dumps(value, ensure_ascii=False, indent=2), _WHOLE, 6)
        return
    text = said(value) if role(value) else ""
    short = f"{role(value)}: {text}" if text else _compact(value)
    yield f"{head}: {one_line(short, max(width - len(head) - 2, 20))}"


def _compact(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False)
