"""OTLP as exporters write it, for the tests of spans: attributes of plain values, ids of words."""

import json
from hashlib import sha256

from importer_samples import sessions_in

from pytest_oao.errors import OaoError
from pytest_oao.importers.detection import named
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS

SECOND = 1_000_000_000
START = 1_795_000_000 * SECOND


def value(plain):
    """Return a value as OTLP's JSON has it."""
    if plain is None:
        return {}
    names = {bool: "boolValue", float: "doubleValue", str: "stringValue"}
    if type(plain) in names:
        return {names[type(plain)]: plain}
    if isinstance(plain, int):
        return {"intValue": str(plain)}
    if isinstance(plain, list):
        return {"arrayValue": {"values": [value(item) for item in plain]}}
    return {"kvlistValue": {"values": pairs(plain)}}


def pairs(attributes):
    return [{"key": key, "value": value(item)} for key, item in attributes.items()]


def hexed(word, size):
    return sha256(word.encode()).hexdigest()[:size] if word else ""


def span(name, attributes=None, *, parent="", at=0.0, error=None, **more):
    """Return a span, known by its name, of a second; `error` is (class, message)."""
    trace, lasting = more.pop("trace", "t"), more.pop("lasting", 1.0)
    event = {"exception.type": error[0], "exception.message": error[1]} if error else {}
    return {
        "traceId": hexed(trace, 32),
        "spanId": hexed(name, 16),
        **({"parentSpanId": hexed(parent, 16)} if parent else {}),
        "name": name,
        "kind": 3,
        "startTimeUnixNano": str(START + int(at * SECOND)),
        "endTimeUnixNano": str(START + int((at + lasting) * SECOND)),
        "attributes": pairs(attributes or {}),
        "events": [{"name": "exception", "attributes": pairs(event)}] if error else [],
        "status": {"code": 2, "message": error[1]} if error else {},
        **more,
    }


def log(name, span_name, body=None, attributes=None, trace="t"):
    """Return a log record that names a span."""
    return {
        "traceId": hexed(trace, 32),
        "spanId": hexed(span_name, 16),
        "eventName": name,
        "body": value(body),
        "attributes": pairs(attributes or {}),
    }


def batch(spans, scope="test", resource=None, logs=()):
    """Return a batch."""
    about = {"resource": {"attributes": pairs(resource or {})}}
    told = {"resourceSpans": [{**about, "scopeSpans": [{"scope": {"name": scope}, "spans": list(spans)}]}]}
    if logs:
        told["resourceLogs"] = [{**about, "scopeLogs": [{"scope": {"name": scope}, "logRecords": list(logs)}]}]
    return told


def read(*batches):
    """Return the sessions of batches, a line each."""
    return sessions_in("\n".join(map(json.dumps, batches)).encode(), "traces.jsonl")


def one(*batches):
    """Return the only session of batches."""
    (session,) = read(*batches)
    return session


def found(data, format_name="otlp"):
    """Return sessions and errors as they come."""
    told = []
    try:
        told.extend(named(format_name, IMPORTERS).read(FileDump("traces.jsonl", data)))
    except OaoError as error:
        told.append(error)
    return told


def asked(session, seq=1):
    """Return what the call of a number asks, as the cassette keeps it."""
    return json.loads(session.exchanges[seq - 1].call.body.data)


def came(session, seq=1):
    """Return what came of the call of a number, as the cassette keeps it."""
    return json.loads(session.exchanges[seq - 1].outcome.body.data)
