"""Requests that repeat the one before them: what is the same to the byte becomes the same object, read once."""

import orjson

from pytest_oao.model.jsontypes import JSON, JSONObject

_LISTS = ("messages", "input", "contents")


class RepeatedBodies:
    """The bodies of a run's requests, one after the other."""

    def __init__(self) -> None:
        self.prefix = self._rest = b""
        """The last body up to the end of its last message, and what came after that."""
        self._body: JSONObject = {}
        self._key = ""
        """Which list it has."""

    def shared(self, body: JSONObject, data: bytes) -> JSONObject:
        """Return the body, made of the last one's values as far as its compact bytes `data` are the same."""
        key = next((name for name in _LISTS if isinstance(body.get(name), list)), "")
        if not key:
            return body
        if key == self._key and self.prefix and data.startswith(self.prefix):
            rest = len(self.prefix) + len(self._rest) <= len(data) and data.endswith(self._rest)
            body = {name: self._value(name, value, key, rest=rest) for name, value in body.items()}
        self._remember(body, key, data)
        return body

    def _value(self, name: str, value: JSON, key: str, *, rest: bool) -> JSON:
        """Return the last body's value where it is the same."""
        known = self._body.get(name)
        if name != key:
            return known if rest and name in self._body else value
        if isinstance(known, list) and isinstance(value, list):
            return known + value[len(known) :]
        return value

    def _remember(self, body: JSONObject, key: str, data: bytes) -> None:
        """Remember a body whose list ends in an object: after that, another item begins, or the list ends."""
        names = list(body)
        after = {name: body[name] for name in names[names.index(key) + 1 :]}
        try:
            rest = b"]," + orjson.dumps(after)[1:] if after else b"]}"
        except TypeError:  # what orjson does not write is written otherwise in the body too
            rest = b""
        known = rest and data.endswith(b"}" + rest)
        self.prefix, self._rest, self._body, self._key = data[: -len(rest)] if known else b"", rest, body, key
