"""Which of many sessions are meant: by what they are, a sample of them, one of each that did the same."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any, TypeAlias, TypeVar

from pytest_oao.errors import BadOption
from pytest_oao.runtime.session_facts import SessionFacts

Where: TypeAlias = Mapping[str, Any] | Callable[[SessionFacts], bool] | None
Found = TypeVar("Found")

_LISTS = {"tag": "tags", "model": "models", "tool": "tools"}
_WORDS = ("id", "status")
_ORDERED = ("cost", "date")
_KNOWN = (*_LISTS, *_WORDS, *_ORDERED, "metadata.NAME")
_COMPARED = re.compile(r"\s*(<=|>=|<|>|==)?\s*(.+?)\s*\Z", re.DOTALL)
_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Selection:
    """What is chosen; `Selection()` is everything."""

    where: Where = None
    """By `tag`, `model`, `tool`, `status`, `id`, `metadata.NAME` (with `*`, a leading `!` for not), by `cost`, `date`
    (`">= 2026-11-01"`); of a list one must fit, of several keys all. Or a function of SessionFacts."""
    sample: int | float | None = None
    """So many, or such a part between 0 and 1; the same ones as long as `seed` and the sessions are."""
    seed: int = 0
    distinct: bool = False
    """Of sessions that made the same calls in the same order, by kind, tool and model: the first."""

    def chosen(self, found: Iterable[Found], facts: Callable[[Found], SessionFacts]) -> list[Found]:
        """Return those that are chosen, in their order."""
        kept = [one for one in found if self._fits(facts(one))]
        if self.distinct:
            kept = list({facts(one).trajectory: one for one in reversed(kept)}.values())[::-1]
        return self._sampled(kept, facts)

    def _fits(self, facts: SessionFacts) -> bool:
        if self.where is None or isinstance(self.where, Mapping):
            return all(_fits(facts, key, wanted) for key, wanted in (self.where or {}).items())
        return bool(self.where(facts))

    def _sampled(self, kept: list[Found], facts: Callable[[Found], SessionFacts]) -> list[Found]:
        """Keep those whose hashes are smallest: a session that is added displaces one at most."""
        if self.sample is None:
            return kept
        most = self.sample if isinstance(self.sample, int) else round(self.sample * len(kept))
        best = sorted(kept, key=lambda one: sha256(f"{self.seed} {facts(one).id}".encode()).digest())[:most]
        chosen = set(map(id, best))
        return [one for one in kept if id(one) in chosen]


def require_sound(selection: Selection, where: str) -> None:
    """Refuse what cannot be meant; raises BadOption."""
    sample = selection.sample
    if isinstance(sample, bool) or (sample is not None and sample < 0) or (isinstance(sample, float) and sample > 1):
        raise BadOption(f"sample={sample!r} is neither a number nor a part", where=where, remedy="give 50, or 0.1")
    if not isinstance(selection.where, Mapping):
        return
    for key, wanted in selection.where.items():
        if key not in _KNOWN and not str(key).startswith("metadata."):
            remedy = f"known: {', '.join(_KNOWN)}"
            raise BadOption(f"where={{{key!r}: ...}}: nothing is known by that name", where=where, remedy=remedy)
        if key in _ORDERED:
            _compared(key, wanted, where)


def _fits(facts: SessionFacts, key: str, wanted: object) -> bool:
    if key in _ORDERED:
        sign, limit = _compared(key, wanted, "where")
        value = getattr(facts, key)
        return value not in (None, "") and _SIGNS[sign](value, limit)
    values = _values(facts, key)
    return any(_is(values, str(one)) for one in (wanted if isinstance(wanted, list | tuple | set) else [wanted]))


def _values(facts: SessionFacts, key: str) -> Sequence[str]:
    if key in _LISTS:
        values: Sequence[str] = getattr(facts, _LISTS[key])
        return values
    if key in _WORDS:
        return [getattr(facts, key)]
    value = facts.metadata.get(key.removeprefix("metadata."))
    return [] if value is None else [str(value)]


def _is(values: Sequence[str], pattern: str) -> bool:
    if pattern.startswith("!"):
        return not _is(values, pattern[1:])
    return any(fnmatchcase(value, pattern) for value in values)


def _compared(key: str, wanted: object, where: str) -> tuple[str, float | str]:
    """Read `> 0.10` or `>= 2026-11-01`; a value alone is a least one."""
    parts = _COMPARED.match(str(wanted))
    assert parts is not None
    sign, limit = parts[1] or ">=", parts[2]
    if key == "date":
        return sign, limit
    try:
        return sign, float(limit.removeprefix("$"))
    except ValueError as error:
        remedy = "write it as '> 0.10'"
        raise BadOption(f"where={{{key!r}: {wanted!r}}} is no number", where=where, remedy=remedy) from error
