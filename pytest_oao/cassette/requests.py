"""The request bodies of a session: what a call repeats of an earlier one is told by naming that one."""

from collections.abc import Iterator
from functools import partial

from pytest_oao.cassette import payloads
from pytest_oao.cassette.fields import Fields
from pytest_oao.cassette.payloads import Blobs, Room
from pytest_oao.cassette.sharing import Told, share, whole
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.jsontypes import JSON, JSONObject


class Teller:
    """Writes request bodies one after the other."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._seqs: set[int] = set()
        self._last: dict[tuple[str, str | None], Told] = {}

    def tell(self, call: Call, seq: int | None = None) -> JSONObject:
        """Return the form of a call's body; later bodies may refer to it by `seq`."""
        data = call.body.data
        form: JSONObject = {"type": call.body.media_type} if call.body.media_type else {}
        if data:
            form["sha256"] = call.body.sha256
            form |= self._json(call, seq) or payloads.raw(data, self._room)
        if seq is not None:
            self._seqs.add(seq)
        return form

    def _json(self, call: Call, seq: int | None) -> "JSONObject | None":
        value = payloads.parsed(call.body)
        if value is None:
            return None
        for body, stored in (*self._shared(call, value[0]), (value[0], value[0])):
            form = payloads.as_json(body, stored, call.body, self._room)
            if form is not None:
                self._remember(call, seq, body, stored)
                return form
        return None

    def _shared(self, call: Call, value: JSON) -> Iterator[tuple[JSON, JSON]]:
        """Yield the body as shared with the last one of its lane, else with that of its target, else nothing."""
        lane, target = (self._last.get((call.target, key)) for key in (call.lane, None))
        for told in (lane, target if target is not lane else None):
            if told is not None:
                body, stored = share(value, told)
                if stored != value:
                    yield body, stored
                    return

    def _remember(self, call: Call, seq: int | None, body: JSON, stored: JSON) -> None:
        if seq is not None and seq not in self._seqs:
            self._last[call.target, call.lane] = self._last[call.target, None] = Told(seq, body, stored)


class Listener:
    """Reads request bodies; each is put together only when somebody asks for its bytes."""

    def __init__(self, blobs: Blobs, *, strict: bool = True) -> None:
        self._blobs = blobs
        self._strict = strict
        self._told: dict[int, JSON] = {}

    def hear(self, form: JSONObject, path: str, where: str, seq: int | None = None) -> Body:
        """Return the body of a form; unless `strict`, its bytes need not be those of the sha256 that it names."""
        fields = Fields(form, path, where)
        digest = payloads.sha256_of(fields)
        if not payloads.KINDS.isdisjoint(form) and self._strict and not digest:
            fields.fail(f"`{path}` has no sha256")
        if seq is not None and "json" in form:
            self._told.setdefault(seq, form["json"])
        return payloads.read(fields, self._blobs, digest if self._strict else "", partial(whole, told=self._told))
