"""A BadPolicy that knows which key of the policy it is about."""

from typing import TypeAlias

from pytest_oao.errors import BadPolicy

Place: TypeAlias = tuple[str | int, ...]
"""The keys and indices that lead to a value of a policy."""


class Fault(BadPolicy):
    """What is wrong with one value of a policy; whoever knows the file says where, by `located`."""

    def __init__(self, fact: str, *, where: str = "", remedy: str = "", place: Place = ()) -> None:
        super().__init__(f"{key_of(place)}: {fact}" if place else fact, where=where, remedy=remedy)
        self.fact = fact
        self.place = place

    def below(self, *place: str | int) -> "Fault":
        """Return the same, of a value that lies deeper."""
        return Fault(self.fact, where=self.where, remedy=self.remedy, place=(*place, *self.place))

    def located(self, where: str) -> "Fault":
        """Return the same, with where it stands."""
        return Fault(self.fact, where=where, remedy=self.remedy, place=self.place)


def key_of(place: Place) -> str:
    """Return a place as text: `agents.helper.denied_tools[0]`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
