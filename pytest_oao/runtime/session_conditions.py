"""What `where={...}` asks of a session, key by key: checked once, then a question to each session's facts."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from math import isfinite
from typing import Any, TypeAlias

from pytest_oao.errors import BadOption
from pytest_oao.runtime.session_facts import SessionFacts

Condition: TypeAlias = Callable[[SessionFacts], bool]

_LISTS = {"tag": "tags", "model": "models", "tool": "tools"}
_WORDS = ("id", "status")
_METADATA = "metadata."
_KNOWN = (*_LISTS, *_WORDS, "cost", "date", f"{_METADATA}NAME")
_STATUSES = ("passed", "failed", "stopped", "unknown")
_COMPARED = re.compile(r"\s*(<=|>=|<|>|==)?\s*(.*?)\s*\Z", re.DOTALL)
_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}
_PERIOD = re.compile(r"\d{4}(?:-\d\d){0,2}\Z", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:", re.ASCII)
_AS_COST = "write it as '> 0.10'; two limits are a function: where=lambda facts: 0.1 < (facts.cost or 0) < 0.5"
_AS_DATE = "write it as '>= 2026-11-01', '== 2026-11', or with a time: '< 2026-11-01T12:00Z'"


def condition_of(key: object, wanted: object, where: str) -> Condition:
    """Return what one key asks; raises BadOption."""
    if key == "cost":
        return _cost(wanted, where)
    if key == "date":
        return _date(wanted, where)
    if not isinstance(key, str) or not (key in _LISTS or key in _WORDS or key.removeprefix(_METADATA) not in ("", key)):
        what = f"where={{{key!r}: ...}}: nothing is known by that name"
        raise BadOption(what, where=where, remedy=f"known: {', '.join(_KNOWN)}")
    patterns = _patterns(key, wanted, where)
    return lambda facts: any(_is(_values(facts, key), pattern) for pattern in patterns)


def _patterns(key: str, wanted: object, where: str) -> list[str]:
    """Return the texts of which one must fit; numbers are only in metadata."""
    listed = list(wanted) if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
    of_metadata = key.startswith(_METADATA)
    if not listed or not all(isinstance(one, str | int | float if of_metadata else str) for one in listed):
        meant = "a text, a number or a list of them: 'u*'" if of_metadata else "a text, or a list of texts: 'prod'"
        raise _bad(key, wanted, "nothing can be that", f"give {meant}", where)
    patterns = list(map(str, listed))
    if not of_metadata and not all(one.removeprefix("!") for one in patterns):
        raise _bad(key, wanted, "an empty text is in no session", f"leave {key!r} out, or give '*' for any", where)
    if key == "status" and not all(_is(_STATUSES, one.removeprefix("!")) for one in patterns):
        raise _bad(key, wanted, "no session ends so", f"give one of {', '.join(_STATUSES)}", where)
    return patterns


def _values(facts: SessionFacts, key: str) -> Sequence[str]:
    if key in _LISTS:
        values: Sequence[str] = getattr(facts, _LISTS[key])
        return values
    if key in _WORDS:
        return [getattr(facts, key)]
    value = facts.metadata.get(key.removeprefix(_METADATA))
    return [] if value is None else [str(value)]


def _is(values: Sequence[str], pattern: str) -> bool:
    if pattern.startswith("!"):
        return not _is(values, pattern[1:])
    return any(fnmatchcase(value, pattern) for value in values)


def _cost(wanted: object, where: str) -> Condition:
    """Read `> 0.10`; a number alone is a least one."""
    sign, text = _compared(wanted, str | int | float)
    try:
        limit = float(text.removeprefix("$"))
    except ValueError:
        limit = float("nan")
    if not isfinite(limit):
        raise _bad("cost", wanted, "this is no number", _AS_COST, where)
    return lambda facts: facts.cost is not None and _SIGNS[sign](facts.cost, limit)


def _date(wanted: object, where: str) -> Condition:
    """Read `>= 2026-11-01`; a date alone is a least one. A year, month or day is compared whole, in UTC."""
    sign, text = _compared(wanted, str | date)
    try:
        if _PERIOD.match(text):
            date.fromisoformat(text + "-01-01"[len(text) - 4 :])
            return lambda facts: bool(facts.date) and _SIGNS[sign](facts.date[: len(text)], text)
        moment = datetime.fromisoformat(text if _MOMENT.match(text) else "")
    except ValueError:
        raise _bad("date", wanted, "this is no date", _AS_DATE, where) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return lambda facts: bool(facts.date) and _SIGNS[sign](datetime.fromisoformat(facts.date), moment)


def _compared(wanted: object, kinds: Any) -> tuple[str, str]:  # noqa: ANN401 - a union of types has no public name
    """Return the sign and what follows it; nothing of what cannot be compared."""
    parts = _COMPARED.match(str(wanted) if isinstance(wanted, kinds) and not isinstance(wanted, bool) else "")
    return (parts[1] or ">=", parts[2]) if parts else (">=", "")


def _bad(key: str, wanted: object, what: str, remedy: str, where: str) -> BadOption:
    return BadOption(f"where={{{key!r}: {wanted!r:.100}}}: {what}", where=where, remedy=remedy)
