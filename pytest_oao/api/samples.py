"""Which sessions are recorded: a fraction of them, or those that the program says."""

import logging
from collections.abc import Callable, Mapping, Sequence
from random import SystemRandom
from typing import Any

from pytest_oao.errors import BadOption

Sample = float | Callable[..., bool | float]
"""A fraction from 0 to 1, or a function of what a session is of that returns one, or whether it is recorded."""
_LOG = logging.getLogger("pytest_oao")
_draw = SystemRandom().random
"""Chance of our own: the program's own draws stay as they are, and forked processes do not draw alike."""


def require_sample(sample: Sample) -> Sample:
    """Return what was given; raises BadOption where it is no fraction."""
    if callable(sample):
        return sample
    if isinstance(sample, int | float) and 0 <= sample <= 1:
        if not sample:
            _LOG.info("sample=0: no session of this recorder is recorded")
        return sample
    remedy = "give a number from 0 to 1, or a function that says whether a session is recorded"
    raise BadOption(f"sample={sample!r} is no fraction", where="pytest_oao.record", remedy=remedy)


def require_all(sample: Sample) -> None:
    """Raise BadOption where sessions are to be left out of a recording that misses nothing."""
    if callable(sample) or sample != 1:
        remedy = "leave one of the two out"
        raise BadOption(
            "a strict recording leaves no session out", where="pytest_oao.record(sample=...)", remedy=remedy
        )


def chosen(sample: Sample, given: Sequence[Any], named: Mapping[str, Any]) -> bool:
    """Whether a session is recorded that is of what is `given`; raises what a function of the program's raises."""
    part = sample(*given, **named) if callable(sample) else sample
    return part >= 1 or (part > 0 and _draw() < part)
