"""What OpenAI stores and gives back: answers of the Responses API with their input, chat completions, conversations."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from pytest_oao.errors import MissingContent, OaoError
from pytest_oao.importers.failures import failure_in_text
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.json_records import records_of
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import Observation, ObservedCall, Scope
from pytest_oao.importers.reading import sessions_in
from pytest_oao.importers.response_echoes import UNSEEN, echoed_request, unechoed
from pytest_oao.importers.stored_completions import completion_call, is_completion
from pytest_oao.importers.stored_conversations import calls_of, conversation_id, is_conversation
from pytest_oao.importers.stored_responses import Stored, index_of, is_response, stored_in
from pytest_oao.importers.told_answers import answer_told
from pytest_oao.importers.told_requests import request_told
from pytest_oao.model import provenance
from pytest_oao.model.conversations import ModelFailure, ModelResponse
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import record, text

_REMEDY = "Fetch them too: GET /v1/responses/ID/input_items, and put the list beside the answer as `input_items`."
_KEYS = (("output", "created_at", "status"), ("choices", "messages"))
_ANSWERS = (("output", "created_at", "status"), ("choices", "messages"))
_LISTS = (("object", "items.type", "items.role"), ("object", "has_more", "data.type", "data.role"))


class OpenAIStored:
    """Stored answers: chains of them are sessions."""

    name = "openai-stored"
    lacked: tuple[str, ...] = (provenance.EXACT_BYTES, provenance.CHUNKS, provenance.HTTP)

    def __init__(self, known: Mapping[str, Stored] = MappingProxyType({})) -> None:
        """Know the answers of a file by their ids, beforehand."""
        self.known = known

    def sniff(self, head: bytes) -> bool:
        """Whether a file holds stored answers."""
        seen = glimpse(head)
        if any(seen.record_has("object", *keys) for keys in _ANSWERS) or any(seen.has(*keys) for keys in _LISTS):
            return True
        below = {path.split(".")[0] for path in seen.paths if path.endswith((".output", ".response.output"))}
        return bool(below) and all(name.startswith("resp_") for name in below)

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each chain of answers, and of each completion."""
        return sessions_in(dump, OpenAIStored(index_of(records_of(dump))))

    def spread(self, record: Part) -> Iterable[Part]:
        """Yield answers, each with its input, and completions."""
        if is_completion(record.json()) or is_conversation(record.json()):
            return [record]
        return [one.part for one in stored_in(record) if one.part is not None]

    def run_of(self, record: Part) -> str:
        """Return the conversation's id, or that of the first answer in a chain."""
        told = _response(record)
        if not told:
            return conversation_id(record.json()) if is_conversation(record.json()) else record["id"].text("")
        seen: set[str] = set()
        while True:
            conversation = text(record_id(told.get("conversation")))
            if conversation:
                return conversation
            before = text(told.get("previous_response_id"))
            if before in seen or before not in self.known:
                return before or text(told.get("id"))
            seen.add(before)
            told = self.known[before].response

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield the calls of a chain."""
        calls = [call for part in records for call in self._calls(part)]
        if calls and all(provenance.MESSAGES in one.lacked for one in calls):
            raise MissingContent("the answers stand without what was asked", where=records[0].where, remedy=_REMEDY)
        first = _response(records[0])
        if first:
            conversation = record_id(first.get("conversation"))
            told: JSONObject = {"conversation": conversation} if conversation else {}
            yield Scope(id="chain", where=records[0].where, metadata=told, own=record(first.get("metadata")))
        yield from calls

    def _calls(self, part: Part) -> Iterator[ObservedCall]:
        if is_conversation(part.json()):
            return calls_of(part)
        return iter([self._call(part) if _response(part) else completion_call(part)])

    def _call(self, part: Part) -> ObservedCall:
        told = _response(part)
        stored = self.known.get(text(told.get("id"))) or Stored(told)
        asked = request_told(echoed_request(stored.response, stored.given))
        lacked = UNSEEN | unechoed(asked)
        before = text(told.get("previous_response_id"))
        began, ended = moment(told.get("created_at")), moment(told.get("completed_at"))
        return ObservedCall(
            id=text(told.get("id")),
            where=part.where,
            asked=asked,
            came=_came(stored.response),
            parent="chain",
            started_at=began,
            ended_at=max(began, ended),
            lacked=lacked,
            after=frozenset({before} if before else ()),
            original=part.json(),
        )


def record_id(value: object) -> str:
    """Return the id of what is told as an object or by its id alone."""
    return str(record(value).get("id") or "") if isinstance(value, dict) else value if isinstance(value, str) else ""


def _response(part: Part) -> JSONObject:
    """Return the answer in a record, which may stand beside its input."""
    value = part.json()
    held = value if is_response(value) else record(value).get("response")
    return record(held) if is_response(held) else {}


def _came(response: JSONObject) -> ModelResponse | ModelFailure | None:
    if response.get("status") in ("in_progress", "queued"):
        return None
    error = record(response.get("error"))
    if response.get("status") == "failed" and error:
        failure = failure_in_text(text(error.get("message")))
        return ModelFailure(failure.status, text(error.get("code")) or failure.type, failure.message, {"error": error})
    return answer_told(response)
