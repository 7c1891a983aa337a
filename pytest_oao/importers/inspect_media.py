"""Media that inspect_ai takes out of a provider's request, and keeps in the messages that the request was made of."""

from collections.abc import Iterable, Iterator

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import records, text

_REMOVED = "<base64-data-removed>"
_KINDS = ("image", "audio", "video", "document")
_WHOLE = ("url", "image_url")
"""Keys below which a provider wants media with their type before them: `data:image/png;base64,…`."""


def with_media(body: JSONObject, messages: Iterable[JSONObject]) -> tuple[JSONObject, bool, bool]:
    """Return a request with its media, whether some were put back, and whether some are missing.

    They are put back where there are as many as were taken out: they stand in the same order.
    """
    removed = sum(1 for _ in _places(body))
    if not removed:
        return body, False, False
    media = list(_media(messages))
    if len(media) != removed:
        return body, False, True
    return _filled(body, iter(media)), True, False


def _media(messages: Iterable[JSONObject]) -> Iterator[str]:
    """Yield the media of messages that are data, not addresses."""
    for message in messages:
        for part in records(message.get("content")):
            kind = text(part.get("type"))
            if kind in _KINDS and text(part.get(kind)).startswith("data:"):
                yield text(part.get(kind))


def _places(value: JSON) -> Iterator[None]:
    if value == _REMOVED:
        yield None
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _places(item)


def _filled(body: JSONObject, media: Iterator[str]) -> JSONObject:
    return {key: _value(key, item, media) for key, item in body.items()}


def _value(key: str, value: JSON, media: Iterator[str]) -> JSON:
    if value == _REMOVED:
        found = next(media)
        return found if key in _WHOLE else found.partition(",")[2]
    if isinstance(value, dict):
        return _filled(value, media)
    return [_value(key, item, media) for item in value] if isinstance(value, list) else value
