"""Parts of one list that came as several messages: where one ends, and what each has besides."""

from collections.abc import Iterable

from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.providers.fields import record

_PLACE = "message"
_JOINED = "joined"


def place(parts: list[JSONObject], fields: JSONObject) -> list[JSONObject]:
    """Return the parts of one message, each with its place in it: the first has the message's own fields."""
    first = parts[0] | ({_PLACE: fields} if fields else {})
    return [first, *(part | {_PLACE: {_JOINED: True}} for part in parts[1:])]


def placed(section: list[JSONObject]) -> JSONObject:
    """Return the fields of the message that some parts came in."""
    return record(section[0].get(_PLACE))


def sections(parts: Iterable[JSONObject]) -> list[list[JSONObject]]:
    """Return the parts message by message."""
    found: list[list[JSONObject]] = []
    for part in parts:
        if found and record(part.get(_PLACE)).get(_JOINED) is True:
            found[-1].append(part)
        else:
            found.append([part])
    return found
