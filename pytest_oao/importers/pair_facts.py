"""What records of pairs tell of their run: whose it is, its tags, what it cost, and what a team wrote of it."""

from typing import cast

from pytest_oao.importers.field_maps import FieldMap
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.observations import Scope
from pytest_oao.model.jsontypes import JSONObject

_KNOWN = ("conversation", "user")


class PairFacts:
    """What is known of a run, record by record; false as long as that is nothing."""

    def __init__(self, fields: FieldMap) -> None:
        self._fields = fields
        self._said: dict[str, str] = {}
        self._costs: list[float] = []
        self._tags: dict[str, None] = {}
        self._own: JSONObject = {}
        """What a team wrote, of two values the first; ids and tags are told by themselves."""

    def __bool__(self) -> bool:
        return bool(self._said or any(self._costs) or self._tags or self._own)

    def add(self, told: JSONObject) -> None:
        """Take in what the next record tells."""
        for name in _KNOWN:
            if name not in self._said and (said := self._fields.text(name, told)):
                self._said[name] = said
        self._costs.append(amount(self._fields.value("cost", told)))
        listed = self._fields.value("tags", told)
        if isinstance(listed, list):
            self._tags |= dict.fromkeys(tag for tag in listed if isinstance(tag, str))
        held = {self._fields.place(name, told)[-1:] for name in (*_KNOWN, "tags")}
        own = {key: one for key, one in self._fields.all("metadata", told).items() if (key,) not in held}
        self._own = cast("JSONObject", own) | self._own

    def scope(self, run: str, where: str, cost_unit: float) -> Scope:
        """Return it, under what the run is called among its records; `cost_unit` is one of the costs in US dollars."""
        said: JSONObject = {name: self._said[name] for name in _KNOWN if name in self._said}
        if any(self._costs):
            said["cost_usd"] = round(sum(self._costs) * cost_unit, 9)
        return Scope(id=run, where=where, metadata=said, own=self._own, tags=tuple(self._tags))


def amount(value: object) -> float:
    """Return a number that a record holds; zero for what is none."""
    return Part(value if isinstance(value, int | float) and not isinstance(value, bool) else None, "").number()
