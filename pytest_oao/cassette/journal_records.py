"""Calls and their outcomes ⇄ the JSON objects that the journal's lines carry.

What has its default is left out, and so is what the bytes tell, which is read out of them again. Reading is strict: a
field that is missing, unknown or of another type is damage.
"""

from typing import Literal

from pytest_oao.cassette.fields import Fields, present
from pytest_oao.cassette.journal_bodies import RequestBodies, body_from, body_record
from pytest_oao.cassette.outcomes import raised_form, raised_of
from pytest_oao.cassette.soundness import cut_flaw
from pytest_oao.cassette.verdicts import verdict_forms, verdicts_of
from pytest_oao.model.attributes import given
from pytest_oao.model.bodies import EMPTY, Body
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import Head, Outcome, Raised, Returned, Streamed


def started_record(seq: int, call: Call, body: JSONObject) -> JSONObject:
    """Return the line that says that a call begins; `body` is its body's record."""
    record: JSONObject = {"event": "started", "seq": seq, "kind": call.kind, "target": call.target, "lane": call.lane}
    site = call.site
    record |= present(url=call.url, headers=_pairs(call.headers), attributes=given(call.attributes), body=body)
    if site is not None:
        record["site"] = {"agent": site.agent, "test": site.test}
    if call.caused_by is not None:
        record["caused_by"] = call.caused_by
    if call.parent is not None:
        record["parent"] = call.parent
    return record


def call_from(seq: int, fields: Fields, bodies: RequestBodies) -> Call:
    """Read the rest of a started line, its `event` and `seq` being taken."""
    call = Call(
        kind=fields.text("kind"),
        target=fields.text("target"),
        lane=fields.text("lane"),
        url=fields.text("url", ""),
        headers=fields.pairs("headers"),
        attributes=fields.mapping("attributes"),
        site=_site_from(fields.below("site")) if "site" in fields else None,
        caused_by=fields.whole("caused_by") if "caused_by" in fields else None,
        parent=fields.whole("parent") if "parent" in fields else None,
        body=bodies.read(seq, fields.below("body") if "body" in fields else Fields({}, "body", "")),
    )
    fields.done()
    return call


def _site_from(fields: Fields) -> Site:
    site = Site(fields.text("agent"), fields.text("test"))
    fields.done()
    return site


def settled_record(exchange: Exchange) -> JSONObject:
    """Return the line that says how a call ended; it does not repeat the call."""
    return {
        "event": "settled",
        "seq": exchange.seq,
        "started_at": exchange.started_at,
        "duration": exchange.duration,
        **present(attributes=given(exchange.attributes), verdicts=verdict_forms(exchange.verdicts)),
        "outcome": _outcome_record(exchange.outcome),
    }


def exchange_from(seq: int, fields: Fields, call: Call) -> Exchange:
    """Read the rest of a settled line, its `event` and `seq` being taken."""
    exchange = Exchange(
        seq=seq,
        call=call,
        outcome=_outcome_from(fields.below("outcome")),
        started_at=fields.number("started_at"),
        duration=fields.number("duration"),
        attributes=fields.mapping("attributes"),
        verdicts=verdicts_of(fields),
    )
    fields.done()
    return exchange


def _outcome_record(outcome: Outcome) -> JSONObject:
    if isinstance(outcome, Raised):
        return {"kind": "raised", **raised_form(outcome)}
    shown = present(head=_head_record(outcome.head), body=body_record(outcome.body))
    if isinstance(outcome, Returned):
        return {"kind": "returned", **shown}
    if found := cut_flaw(len(outcome.body.data), outcome.sizes, outcome.times):
        raise ValueError(found)
    shown |= present(sizes=list(outcome.sizes), times=list(outcome.times))
    end = raised_form(outcome.end) if isinstance(outcome.end, Raised) else outcome.end
    return {"kind": "streamed", **shown, "end": end}


def _outcome_from(fields: Fields) -> Outcome:
    kind = fields.text("kind")
    outcome: Outcome
    if kind == "raised":
        outcome = raised_of(fields)
    elif kind == "returned":
        outcome = Returned(_body_from(fields), _head_from(fields))
    elif kind == "streamed":
        outcome = _streamed_from(fields)
    else:
        fields.refuse("kind", kind, "returned, streamed or raised")
    fields.done()
    return outcome


def _streamed_from(fields: Fields) -> Streamed:
    body, sizes, times = _body_from(fields), fields.wholes("sizes"), fields.numbers("times")
    if found := cut_flaw(len(body.data), sizes, times):
        fields.fail(found)
    return Streamed(body, _head_from(fields), sizes, times, _end_from(fields))


def _end_from(fields: Fields) -> Literal["complete", "closed"] | Raised:
    end = fields.take("end")
    if end == "complete":
        return "complete"
    if end == "closed":
        return "closed"
    return raised_of(Fields(end, "outcome.end", fields.where))


def _head_record(head: Head | None) -> JSONObject:
    if head is None:
        return {}
    return {"status": head.status, "http_version": head.http_version, "headers": _pairs(head.headers)}


def _head_from(fields: Fields) -> Head | None:
    if "head" not in fields:
        return None
    below = fields.below("head")
    head = Head(below.whole("status"), below.pairs("headers"), below.text("http_version"))
    below.done()
    return head


def _body_from(fields: Fields) -> Body:
    return body_from(fields.below("body")) if "body" in fields else EMPTY


def _pairs(headers: tuple[tuple[str, str], ...]) -> list[JSON]:
    return [[name, value] for name, value in headers]
