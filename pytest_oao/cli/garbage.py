"""Python's collector of cyclic garbage, called seldom: an import makes objects by the million, and none in cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS = 500_000
"""Objects that are made, and not freed, between two collections; Python's own number is 700, or 2,000."""


@contextmanager
def rare_collections() -> Iterator[None]:
    """Leave what is there by now to itself, and collect the rest seldom; it costs a tenth of an import otherwise."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
