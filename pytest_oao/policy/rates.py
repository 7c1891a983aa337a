"""How many calls a window of time may hold."""

import re
from dataclasses import dataclass

from pytest_oao.model.suggestions import meant
from pytest_oao.policy.faults import Fault

_RATE = re.compile(r"([0-9]{1,9}) ?/ ?([0-9]{1,9}(?:\.[0-9]{1,9})?)? ?([A-Za-z]+)", re.ASCII)
_UNITS = {"s": 1, "sec": 1, "min": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in so many seconds, whenever these begin."""

    calls: int
    seconds: float

    @classmethod
    def of(cls, text: str) -> "Rate":
        """Read `60/min`, `5/10s`, `1/0.5 sec`, `100/h`; raises BadPolicy."""
        match = _RATE.fullmatch(text.strip()) if isinstance(text, str) else None
        if match is None:
            raise Fault(f"{text!r} is no rate", remedy='write calls per window of time: "60/min", "5/10s", "100/h"')
        calls, number, unit = match.groups()
        if unit not in _UNITS:
            remedy = "the units are s, sec, min and h"
            raise Fault(f"{text!r} has the unknown unit {unit}{meant(unit, _UNITS)}", remedy=remedy)
        seconds = float(number or 1) * _UNITS[unit]
        if not int(calls) or not seconds:
            raise Fault(f"{text!r} lets no call through", remedy="deny the tool instead: denied_tools")
        return cls(int(calls), seconds)
