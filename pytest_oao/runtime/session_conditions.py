"""What `where={...}` asks of a session, key by key: checked once, then a question to each session's facts."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from math import isfinite, isnan
from typing import Any, TypeAlias

from pytest_oao.errors import BadOption
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.suggestions import meant
from pytest_oao.runtime.fact_values import clipped, number_of, written
from pytest_oao.runtime.session_facts import SessionFacts

Fits: TypeAlias = Callable[[SessionFacts], bool]
_Test: TypeAlias = Callable[[JSON], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """What one key asks of a session, or a function."""

    key: str
    """Empty of a function."""
    wanted: object
    fits: Fits


_LISTS = {"tag": "tags", "model": "models", "tool": "tools"}
_WORDS = ("id", "status")
_METADATA = "metadata."
_KNOWN = (*_LISTS, *_WORDS, "cost", "date", f"{_METADATA}NAME")
_STATUSES = ("passed", "failed", "stopped", "unknown")
_COMPARED = re.compile(r"\s*(<=|>=|<|>|==|!=)?\s*(.*?)\s*\Z", re.DOTALL)
_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_PERIOD = re.compile(r"\d{4}(?:-\d\d){0,2}\Z", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:", re.ASCII)
_LIMIT = re.compile(r"(<=|>=|==|!=|=>|=<|≤|≥|≠|<|>)(?=[\s\d.+-])\s*(.*?)\s*\Z", re.DOTALL)
_UNKNOWN = {
    "cost": ("has a known cost", "tell what its models cost (oao_prices), or leave 'cost' out"),
    "date": ("tells when it ran", "leave 'date' out; oao show -v tells what they can be chosen by"),
}
_OPEN = ("", *_LISTS)
"""What a session may well have none of, and functions, which say themselves what they need."""
_UNTOLD = ("", "cost", "date")
"""What has no values to choose one from."""
_MOST, _LONGEST = 20, 40
"""Of what is told of many: how many, and how much of each."""
_AS_NUMBER = "write '> 0.5' for numbers; of texts and dates ask by a function: where=lambda facts: ..."
_AS_COST = "write it as '> 0.10'; two limits are a function: where=lambda facts: 0.1 < (facts.cost or 0) < 0.5"
_AS_DATE = "write it as '>= 2026-11-01', '== 2026-11', or with a time: '< 2026-11-01T12:00Z'"


def condition_of(key: object, wanted: object, where: str) -> Condition:
    """Return what one key asks; raises BadOption."""
    name = key if isinstance(key, str) else ""
    if name in _READ:
        return Condition(name, wanted, _READ[name](wanted, where))
    if not (name in _LISTS or name in _WORDS or name.removeprefix(_METADATA) not in ("", name)):
        what = f"where={{{clipped(key)}: ...}}: nothing is known by that name"
        raise BadOption(what, where=where, remedy=f"known: {', '.join(_KNOWN)}{meant(name, _KNOWN) or _of_a_run(name)}")
    tests = [_test(name, one, where) for one in _listed(name, wanted, where)]
    return Condition(name, wanted, lambda facts: any(test(_values(facts, name)) for test in tests))


def _of_a_run(name: str) -> str:
    """Return where a name is looked for that is none of ours: what your code, or a platform, calls so."""
    return f"; did you mean {_METADATA}{name}?" if name else ""


def _values(facts: SessionFacts, key: str) -> Sequence[JSON]:
    """Return what a session has of a key: nothing where it is not known."""
    if key.startswith(_METADATA):
        value = facts.metadata.get(key.removeprefix(_METADATA))
        return value if isinstance(value, list) else [] if value is None else [value]
    told = getattr(facts, _LISTS.get(key, key))
    return told if isinstance(told, tuple) else [] if told in (None, "") else [told]


def require_known(condition: Condition, found: Sequence[SessionFacts], where: str) -> None:
    """Refuse what nothing is known of, in any of the sessions; raises BadOption."""
    key, none = condition.key, f"none of {len(found)} sessions"
    if key in _OPEN or not found or any(_values(facts, key) for facts in found):
        return
    if key in _UNKNOWN:
        what, remedy = _UNKNOWN[key]
        raise _bad(key, condition.wanted, f"{none} {what}", remedy, where)
    names = sorted({f"{_METADATA}{name}" for facts in found for name in facts.metadata})
    known = f"known: {_some(names)}{meant(key, names)}" if names else "they have none; oao show -v tells what they have"
    raise _bad(key, condition.wanted, f"{none} has {key.removeprefix(_METADATA)!r} in its metadata", known, where)


def instead_of(condition: Condition, found: Sequence[SessionFacts]) -> str:
    """Return what sessions have where none of them has what is asked; empty where one has, or it is compared."""
    if condition.key in _UNTOLD or any(map(condition.fits, found)):
        return ""
    values = sorted({written(value) for facts in found for value in _values(facts, condition.key)})
    asked = condition.wanted if isinstance(condition.wanted, str) else ""
    return f"; {condition.key} in them: {_some(values) or 'none'}{meant(asked, values)}"


def _some(names: Sequence[str]) -> str:
    """Return the first of many, each cut."""
    cut = [f"{name[:_LONGEST]}…" if len(name) > _LONGEST else name for name in names[:_MOST]]
    return ", ".join([*cut, *(["…"] if len(names) > _MOST else [])])


def _listed(key: str, wanted: object, where: str) -> list[str | int | float]:
    """Return what must fit, one of it; numbers are only in metadata."""
    listed: list[Any] = list(wanted) if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
    of_metadata = key.startswith(_METADATA)
    if not listed or not all(isinstance(one, str | int | float if of_metadata else str) for one in listed):
        what = "a text, a number or a list of them: 'u*'" if of_metadata else "a text, or a list of texts: 'prod'"
        raise _bad(key, wanted, "nothing can be that", f"give {what}", where)
    if not of_metadata and not all(one.removeprefix("!") for one in listed):
        raise _bad(key, wanted, "an empty text is in no session", f"leave {key!r} out, or give '*' for any", where)
    if key == "status" and not all(any(_spelt(one.removeprefix("!"))(known) for known in _STATUSES) for one in listed):
        raise _bad(key, wanted, "no session ends so", f"give one of {', '.join(_STATUSES)}", where)
    return listed


def _test(key: str, wanted: str | float, where: str) -> Callable[[Sequence[JSON]], bool]:
    """Return whether one of a session's values is what is wanted; with `!`, whether none is."""
    if isinstance(wanted, str) and wanted.startswith("!") and not _LIMIT.match(wanted):
        inner = _test(key, wanted[1:], where)
        return lambda values: not inner(values)
    test = _of_metadata(key, wanted, where) if key.startswith(_METADATA) else _spelt(str(wanted))
    return lambda values: any(map(test, values))


def _of_metadata(key: str, wanted: str | float, where: str) -> _Test:
    """Return the test of a value of any kind: a number by what it comes to, a text by how it is spelt."""
    if isinstance(wanted, bool):
        return lambda value: written(value).casefold() == written(wanted)
    if not isinstance(wanted, str):
        if isinstance(wanted, float) and isnan(wanted):
            raise _bad(key, wanted, "nothing equals that", _AS_NUMBER, where)
        return lambda value: number_of(value) == wanted
    compared = _LIMIT.match(wanted)
    if compared:
        limit = number_of(compared[2])
        if limit is None:
            raise _bad(key, wanted, "only numbers are compared", _AS_NUMBER, where)
        if compared[1] not in _SIGNS:
            raise _bad(key, wanted, f"{compared[1]!r} is no sign", f"known: {', '.join(_SIGNS)}", where)
        return lambda value: (number := number_of(value)) is not None and _SIGNS[compared[1]](number, limit)
    spelt, number = _spelt(wanted), number_of(wanted)
    return lambda value: (
        spelt(value) or (not isinstance(value, str) and number is not None and number_of(value) == number)
    )


def _spelt(wanted: str) -> _Test:
    """Return the test of a text, in which `*` and `?` stand for others, and all else for itself."""
    pattern = wanted.replace("[", "[[]")
    return lambda value: fnmatchcase(written(value), pattern)


def _cost(wanted: object, where: str) -> Fits:
    """Read `> 0.10`; a number alone is a least one."""
    sign, text = _compared(wanted, str)
    limit = number_of(text.removeprefix("$") if isinstance(wanted, str) else wanted)
    if limit is None or (isinstance(limit, float) and not isfinite(limit)):
        raise _bad("cost", wanted, "this is no number", _AS_COST, where)
    return lambda facts: facts.cost is not None and _SIGNS[sign](facts.cost, limit)


def _date(wanted: object, where: str) -> Fits:
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
    return BadOption(f"where={{{key!r}: {clipped(wanted)}}}: {what}", where=where, remedy=remedy)


_READ: Mapping[str, Callable[[object, str], Fits]] = {"cost": _cost, "date": _date}
