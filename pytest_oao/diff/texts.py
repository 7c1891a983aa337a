"""Whether two texts are equal up to the renaming of ids."""

import json

from pytest_oao.diff.common_ends import common_prefix
from pytest_oao.diff.ids import Id, id_at, same_shape
from pytest_oao.diff.renaming import Trial
from pytest_oao.model.jsontypes import JSON


def equal_texts(expected: str, actual: str, trial: Trial) -> bool:
    """Whether the texts differ in ids only, and each pair of ids fits; on failure no pair stays behind.

    Runs from one difference to the next, so that the parts in common cost what comparing them costs.
    """
    if trial.live(expected) == actual:
        return True
    mark = trial.mark()
    i = j = 0
    same: list[str] = []
    while True:
        run = common_prefix(expected, actual, i, j)
        if i + run == len(expected) and j + run == len(actual):
            same.append(expected[i:])
            break
        recorded = id_at(expected, i + run, i)
        live = id_at(actual, j + run, j) if recorded else None
        if not recorded or not live or recorded.start - i != live.start - j or not _fit(recorded, live, trial):
            trial.rollback(mark)
            return False
        same.append(expected[i : recorded.start])
        i, j = recorded.end, live.end
    for part in same:
        trial.saw(part)
    return True


def _fit(recorded: Id, live: Id, trial: Trial) -> bool:
    return recorded.text != live.text and same_shape(recorded, live) and trial.fits(recorded.text, live.text)


def parsed(text: str) -> JSON:
    """Return the object or array that a text is the JSON of, else None."""
    stripped = text.strip()
    if stripped[:1] + stripped[-1:] not in ("{}", "[]"):
        return None
    try:
        value: JSON = json.loads(stripped)
    except (ValueError, RecursionError):
        return None
    return value
