"""How the ids of sessions that we record look; those of imports are whatever their source calls them."""

import re

_BEGUN = r"\d{8}T\d{6}"
_OWN = rf"{_BEGUN}Z-[0-9a-f]{{8}}"
BEGUN = re.compile(_BEGUN, re.ASCII)
"""The moment that one begins with, to the second."""
OWN = re.compile(_OWN, re.ASCII)
"""A whole one."""


def is_own(name: str) -> bool:
    """Whether a session of that name is one of ours; any other name somebody gave it, and it is theirs."""
    return OWN.fullmatch(name) is not None
