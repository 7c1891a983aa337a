"""Records that hold a request and its answer → what sessions are built of, by a map of their fields."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_oao.errors import MissingContent, OaoError, UnknownFormat
from pytest_oao.importers.api_addresses import address
from pytest_oao.importers.distinct_ids import distinct_id
from pytest_oao.importers.failures import failure_in_log, http_status
from pytest_oao.importers.field_maps import FieldMap
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.formats import Format
from pytest_oao.importers.message_chains import MessageChains
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import Came, Native, Observation, ObservedCall
from pytest_oao.importers.pair_bodies import Answer, Request, answer_in, request_body_in, request_in
from pytest_oao.importers.pair_facts import PairFacts, amount
from pytest_oao.importers.repeated_bodies import RepeatedBodies
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import FIRST_ERROR
from pytest_oao.model.provenance import CHUNKS, ERROR_BODY, TIMING

_RUN = "run"
"""What the run itself is called among its records."""
_SESSION_REMEDY = (
    "Name the field that holds the run's id: --map session=PATH. "
    "Without one, a request that goes on from another belongs to its run."
)


@dataclass(frozen=True, slots=True)
class PairFormat:
    """What one format of such records has of its own."""

    name: str
    fields: FieldMap
    lacked: tuple[str, ...]
    absent: str = ""
    """A key that stands in a body's place where the platform did not keep it."""
    remedy: str = (
        "Log the body of each request, in one record with its answer; "
        "to say where they stand: oao import FILE --map request=PATH,response=PATH."
    )
    """What to do about a record without its bodies."""
    cost_unit: float = 1.0
    """What one of the costs is in US dollars."""


class PairRecords(Format):
    """One reading of a file of pairs."""

    def __init__(self, form: PairFormat) -> None:
        self.name, self.lacked = form.name, form.lacked
        self._form = form
        self._fields = form.fields
        self._chains = MessageChains()
        self._bodies = RepeatedBodies()
        self._first: JSONObject | None = None
        self._seen = {"request": False, "response": False}
        if self._fields.session != FieldMap().session:
            self._seen["session"] = False

    def absence(self, source: str) -> MissingContent | None:
        """Return what is wrong with a file of which no record has a request, an end, or the session that a map names.

        It is known once the file was gone through.
        """
        missing = next((name for name, seen in self._seen.items() if not seen), "")
        if not missing or self._first is None:
            return None
        paths = [f"`{path}`" for path in getattr(self._fields, missing)]
        what = f"no record has {' or '.join(paths)}; there are: {', '.join(self._fields.beside(missing, self._first))}"
        remedy = _SESSION_REMEDY if missing == "session" else self._form.remedy
        return MissingContent(what, where=source, remedy=remedy)

    def _note(self, told: JSONObject) -> None:
        """Take note of what a record has of what some record must have."""
        self._first = told if self._first is None else self._first
        self._seen["request"] = self._seen["request"] or self._fields.value("request", told) is not None
        self._seen["response"] = self._seen["response"] or self._ends(told)

    def _ends(self, told: JSONObject) -> bool:
        """Whether a record has what came back, be it but that the call failed."""
        if self._fields.value("response", told) is not None or self._fields.value("error", told):
            return True
        return http_status(self._fields.value("status", told)) >= FIRST_ERROR

    def run_of(self, record: Part) -> str:
        """Return the session that a record names, else that of the call which it goes on from."""
        told = _mapping(record)
        self._note(told)
        session = self._fields.text("session", told)
        if session:
            self._seen["session"] = True
            return session
        name = f"{_RUN}-{record.where.rpartition(' ')[2]}"
        status = http_status(self._fields.value("status", told))
        try:
            request = request_body_in(self._part("request", record))
            answer = answer_in(self._part("response", record), status)
        except OaoError:  # what is wrong with it is told when its run is read
            return name
        failed = answer is None or max(status, answer.status) >= FIRST_ERROR
        return self._chains.run_of(request, answer.first if answer else None, name, failed=failed)

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield the calls, and what is known of their run."""
        known: dict[str, ObservedCall] = {}
        facts = PairFacts(self._fields)
        self._bodies = RepeatedBodies()
        for at, record in enumerate(records, 1):
            one = self._observed(record, at, known)
            known[one.id] = one
            facts.add(_mapping(record))
            yield one
        if facts:
            yield facts.scope(_RUN, next(iter(known.values())).where, self._form.cost_unit)

    def _observed(self, record: Part, at: int, known: Mapping[str, ObservedCall]) -> ObservedCall:
        told = _mapping(record)
        request = self._request(record)
        status = http_status(self._fields.value("status", told))
        answer = answer_in(self._part("response", record), status)
        self._require(answer.first if answer else None, record)
        model = self._fields.text("model", told)
        url = address(
            request.body, answer.first if answer else None, request.url or self._fields.text("url", told), model
        )
        if not url:
            what = "the request is of no model API that is known by its shape"
            raise UnknownFormat(what, where=record.where, remedy="Name the field of its address: --map url=PATH.")
        started = moment(self._fields.value("started_at", told))
        came, lacked = self._came(answer, status, told)
        asked = Native(request.data, url, parsed=request.parsed and (self._bodies.shared(request.body, request.data),))
        return ObservedCall(
            id=distinct_id(self._fields.text("id", told) or str(at), asked, came, known),
            where=record.where,
            asked=asked,
            came=came,
            parent=_RUN,
            started_at=started,
            ended_at=self._ended(told, started),
            agent=self._fields.text("agent", told),
            lacked=request.lacked | lacked | _unstreamed(request, answer) | ({TIMING} if not started else set()),
            inferred=answer.inferred if answer else frozenset(),
            original=self._original(told, request, answer),
        )

    def _request(self, record: Part) -> Request:
        part = self._part("request", record)
        if part.value is None:
            raise MissingContent("the record has no request", where=record.where, remedy=self._form.remedy)
        request = request_in(part, self._bodies.prefix)
        self._require(request.body, record)
        return request

    def _require(self, body: JSON, record: Part) -> None:
        """Raise MissingContent for what stands in a body's place."""
        if self._form.absent and isinstance(body, dict) and self._form.absent in body:
            raise MissingContent("the body was not kept", where=record.where, remedy=self._form.remedy)

    def _came(self, answer: Answer | None, status: int, told: JSONObject) -> tuple[Came | None, frozenset[str]]:
        if answer is not None:
            status = answer.status or status or 200
            return Native(
                answer.data, "", answer.media_type, status, headers=answer.headers, parsed=answer.parsed
            ), answer.lacked
        error = self._fields.value("error", told)
        if error or status >= FIRST_ERROR:
            return failure_in_log(error, status if status >= FIRST_ERROR else 0), frozenset({ERROR_BODY})
        return None, frozenset()

    def _ended(self, told: JSONObject, started: float) -> float:
        ended = moment(self._fields.value("ended_at", told))
        if ended or not started:
            return ended
        seconds, milliseconds = (amount(self._fields.value(name, told)) for name in ("duration", "duration_ms"))
        return started + (seconds or milliseconds / 1000)

    def _original(self, told: JSONObject, request: Request, answer: Answer | None) -> JSON:
        """Return what the exchange does not hold of a record: all but the bodies, where those are all of them."""
        left = told
        for name, held in (("request", request.kept), ("response", answer is not None and answer.kept)):
            if held:
                left = _without(left, self._fields.place(name, told))
        return left or None

    def _part(self, name: str, record: Part) -> Part:
        told = _mapping(record)
        return Part(
            self._fields.value(name, told), f"{record.where}: {'.'.join(self._fields.place(name, told)) or name}"
        )


def _mapping(record: Part) -> JSONObject:
    value = record.value
    return value if isinstance(value, dict) else record.refuse("an object")


def _unstreamed(request: Request, answer: Answer | None) -> frozenset[str]:
    """Return what a log lacks that keeps the answers to streamed requests whole."""
    whole = answer is not None and answer.media_type.startswith("application/json")
    return frozenset({CHUNKS}) if whole and request.body.get("stream") is True else frozenset()


def _without(told: JSONObject, keys: Sequence[str]) -> JSONObject:
    """Return a record without one of its fields."""
    if not keys:
        return told
    left = {key: value for key, value in told.items() if key != keys[0]}
    inner = told.get(keys[0])
    rest = _without(inner, keys[1:]) if isinstance(inner, dict) and len(keys) > 1 else {}
    return left | {keys[0]: rest} if rest else left
