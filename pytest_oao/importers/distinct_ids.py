"""Names of records in a run, of which a log may give several the same one."""

from collections.abc import Mapping

from pytest_oao.importers.observations import Asked, Came, ObservedCall


def distinct_id(name: str, asked: Asked, came: Came | None, known: Mapping[str, ObservedCall]) -> str:
    """Return an id that no other call of the run has; a record that stands twice in a file is one call."""
    own, number = name, 1
    while own in known and (known[own].asked, known[own].came) != (asked, came):
        number += 1
        own = f"{name}#{number}"
    return own
