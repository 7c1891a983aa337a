"""How a session begins and ends ⇄ the first and the last fields of a cassette."""

from dataclasses import replace
from hashlib import sha256
from json import dumps

from pytest_oao.cassette import payloads
from pytest_oao.cassette.fields import Fields, present
from pytest_oao.cassette.header_records import ended_record, ending_from, header_from, header_record
from pytest_oao.cassette.payloads import Blobs, Room
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.sessions import FORMAT, Ending, Execution, Header

_PARTS = ("origin", "test", "execution", "runtime", "redaction", "metadata")


def heading(header: Header, room: Room) -> JSONObject:
    """Return a cassette's first fields; a format of before is left behind."""
    record = header_record(header)
    origin, original = record.get("origin"), header.origin.original
    if isinstance(origin, dict) and original.data:
        origin["records"] = present(type=original.media_type) | payloads.raw(original.data, room)
    execution = record.get("execution")
    if isinstance(execution, dict):
        record["execution"] = {**present(hash=execution_hash(header.execution)), **execution}
    first: JSONObject = {"oao": FORMAT, "session": header.id}
    return first | {key: record[key] for key in _PARTS if key in record}


def execution_hash(execution: Execution) -> str:
    """Return the sha256 over what ran: task, agent code, policy and tools; empty where none of them is known."""
    parts = [execution.task, execution.agent, execution.policy, execution.tools]
    return sha256(dumps(parts).encode()).hexdigest() if any(parts) else ""


def header_of(fields: Fields, blobs: Blobs) -> Header:
    """Take the first fields of a cassette; raises DamagedFile, and NewerFormat."""
    record: JSONObject = {"format": fields.whole("oao"), "id": fields.text("session")}
    record |= {key: fields.take(key) for key in _PARTS if key in fields}
    origin = record.get("origin")
    records = None
    if isinstance(origin, dict) and "records" in origin:
        record["origin"] = {key: value for key, value in origin.items() if key != "records"}
        records = payloads.answer(Fields(origin["records"], "origin.records", fields.where), blobs)
    execution = record.get("execution")
    if isinstance(execution, dict):
        record["execution"] = {key: value for key, value in execution.items() if key != "hash"}
    header = header_from(Fields(record, fields.path, fields.where))
    return header if records is None else replace(header, origin=replace(header.origin, original=records))


def closing(ending: Ending | None) -> JSONObject:
    """Return a cassette's last field, none for a session that never ended."""
    if ending is None:
        return {}
    record = ended_record(ending)
    return {"end": {"status": record["status"], "message": record["message"]}}


def ending_of(fields: Fields) -> Ending | None:
    """Take the last field of a cassette."""
    return ending_from(fields.below("end")) if "end" in fields else None
