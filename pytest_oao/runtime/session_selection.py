"""Which of many sessions are meant: by what they are, a sample of them, one of each that did the same."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeAlias, TypeVar

from pytest_oao.errors import BadOption
from pytest_oao.runtime.fact_values import clipped, written
from pytest_oao.runtime.session_conditions import Condition, condition_of, instead_of, require_known
from pytest_oao.runtime.session_facts import SessionFacts

Where: TypeAlias = Mapping[str, Any] | Callable[[SessionFacts], bool] | None
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is chosen; `Selection()` is everything."""

    where: Where = None
    """By `tag`, `model`, `tool`, `status`, `id`, `metadata.NAME` (`*` is any text, a leading `!` not; `"> 0.5"` of
    numbers), by `cost`, `date` (`">= 2026-11-01"`); of a list one must fit, of several keys all. Or a function of
    SessionFacts."""
    sample: int | float | None = None
    """So many, or such a part between 0 and 1; the same ones as long as `seed` and the sessions are."""
    seed: int = 0
    distinct: bool = False
    """Of sessions that made the same calls in the same order, by kind, tool and model: the first."""

    def __str__(self) -> str:
        """Return what was written of it; a function by its name, for its address is another in each run."""
        if isinstance(self.where, Mapping):
            told = f"{{{', '.join(f'{clipped(key)}: {clipped(wanted)}' for key, wanted in self.where.items())}}}"
        else:
            told = getattr(self.where, "__qualname__", None) or clipped(self.where)
        words = [] if self.where is None else [f"where={told}"]
        return ", ".join([*words, *([] if self.sample is None else [f"sample={clipped(self.sample)}"])])

    def chosen(self, found: Iterable[Found], facts: Callable[[Found], SessionFacts], test: str = "") -> list[Found]:
        """Return those that are chosen, in their order; raises BadOption where none has what is asked for."""
        listed = list(found)
        kept = listed
        for asked in _conditions(self.where, test):
            require_known(asked, [facts(one) for one in listed], test)
            kept = [one for one in kept if asked.fits(facts(one))]
        if self.distinct:
            firsts: dict[object, Found] = {}
            for one in kept:
                firsts.setdefault(facts(one).trajectory, one)
            kept = [*firsts.values()]
        return self._sampled(kept, facts)

    def instead(self, found: Sequence[SessionFacts]) -> str:
        """Return what sessions have instead of what none of them has."""
        return "".join(instead_of(asked, found) for asked in _conditions(self.where, ""))

    def _sampled(self, kept: list[Found], facts: Callable[[Found], SessionFacts]) -> list[Found]:
        """Keep those whose hashes are smallest: a session that is added displaces one at most."""
        if self.sample is None:
            return kept
        most = self.sample if isinstance(self.sample, int) else _part(self.sample, len(kept))
        seed = written(self.seed)
        best = sorted(kept, key=lambda one: sha256(f"{seed} {facts(one).id}".encode()).digest())[:most]
        chosen = set(map(id, best))
        return [one for one in kept if id(one) in chosen]


def _part(part: float, of: int) -> int:
    """Return how many a part comes to: one at least, or a test of few sessions would be none."""
    return max(1, round(part * of)) if part else 0


def require_sound(selection: Selection, where: str) -> None:
    """Refuse what cannot be meant; raises BadOption."""
    _conditions(selection.where, where)
    sample, seed, distinct = selection.sample, selection.seed, selection.distinct
    if not (sample is None or _is_amount(sample)):
        raise BadOption(
            f"sample={clipped(sample)} is neither a number nor a part", where=where, remedy="give 50, or 0.1"
        )
    if not isinstance(seed, int):
        raise BadOption(f"seed={clipped(seed)} is no whole number", where=where, remedy="give seed=7")
    if not isinstance(distinct, bool):
        raise BadOption(f"distinct={clipped(distinct)} is neither True nor False", where=where, remedy="say which")


def _is_amount(sample: object) -> bool:
    if isinstance(sample, float):
        return 0 <= sample <= 1
    return isinstance(sample, int) and not isinstance(sample, bool) and sample >= 0


def _conditions(told: object, where: str) -> list[Condition]:
    """Return what all must hold of a session; raises BadOption."""
    if told is None:
        return []
    if isinstance(told, Mapping):
        return [condition_of(key, wanted, where) for key, wanted in told.items()]
    if not callable(told):
        remedy = "give where={'tag': 'prod'}, or where=lambda facts: 'prod' in facts.tags"
        raise BadOption(f"where={clipped(told)} is neither a dict nor a function", where=where, remedy=remedy)
    return [_asked(told, where)]


def _asked(function: Callable[[SessionFacts], object], where: str) -> Condition:
    """Return a user's function, what it raises told of the session it was asked about."""

    def fits(facts: SessionFacts) -> bool:
        try:
            return bool(function(facts))
        except Exception as error:
            what = f"the function where= raised {type(error).__name__}: {error} (of session {facts.id})"
            remedy = f"a session's facts are {', '.join(SessionFacts.__dataclass_fields__)}; cost may be None"
            raise BadOption(what, where=where, remedy=remedy) from error

    return Condition("", function, fits)
