"""Calls and exchanges ⇄ how a cassette shows them."""

from pytest_oao.cassette import moments
from pytest_oao.cassette.fields import Fields, present
from pytest_oao.cassette.outcomes import header_list, headers_of, outcome_form, outcome_of
from pytest_oao.cassette.payloads import Blobs, Room
from pytest_oao.cassette.provenances import provenance_form, provenance_of
from pytest_oao.cassette.requests import Listener, Teller
from pytest_oao.cassette.verdicts import verdict_forms, verdicts_of
from pytest_oao.model.bodies import EMPTY
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSONObject

_LANE = "0"


def call_form(call: Call, request: JSONObject) -> JSONObject:
    """Return how a call is shown; `request` is the form of its body."""
    form: JSONObject = {"kind": call.kind, "target": call.target}
    if call.lane != _LANE:
        form["lane"] = call.lane
    if call.caused_by is not None:
        form["caused_by"] = call.caused_by
    if call.parent is not None:
        form["parent"] = call.parent
    form |= present(url=call.url)
    if call.site is not None:
        form["site"] = {"agent": call.site.agent, "test": call.site.test}
    return form | present(headers=header_list(call.headers), attributes=dict(call.attributes), request=request)


def call_of(fields: Fields, listener: Listener, seq: int | None = None) -> Call:
    """Take a call from fields that may hold more; raises DamagedFile."""
    path = f"{fields.path}.request"
    return Call(
        kind=fields.text("kind"),
        target=fields.text("target"),
        lane=fields.text("lane", _LANE),
        caused_by=fields.whole("caused_by") if "caused_by" in fields else None,
        parent=fields.whole("parent") if "parent" in fields else None,
        url=fields.text("url", ""),
        site=_site_of(fields.below("site")) if "site" in fields else None,
        headers=headers_of(fields),
        attributes=fields.mapping("attributes"),
        body=listener.hear(fields.mapping("request"), path, fields.where, seq) if "request" in fields else EMPTY,
    )


def _site_of(fields: Fields) -> Site:
    site = Site(fields.text("agent", ""), fields.text("test", ""))
    fields.done()
    return site


def exchange_form(exchange: Exchange, teller: Teller, room: Room) -> JSONObject:
    """Return how an exchange is shown."""
    form: JSONObject = {"seq": exchange.seq, **call_form(exchange.call, teller.tell(exchange.call, exchange.seq))}
    form["outcome"] = outcome_form(exchange.outcome, room)
    form |= present(answer=dict(exchange.attributes), verdicts=verdict_forms(exchange.verdicts))
    if exchange.started_at:
        form["started_at"] = moments.moment(exchange.started_at)
    if exchange.duration:
        form["duration"] = moments.duration(exchange.duration)
    if exchange.provenance is not None:
        form["imported"] = provenance_form(exchange.provenance)
    return form


def exchange_of(fields: Fields, listener: Listener, blobs: Blobs) -> Exchange:
    """Take an exchange apart; raises DamagedFile."""
    seq = fields.whole("seq")
    exchange = Exchange(
        seq=seq,
        call=call_of(fields, listener, seq),
        outcome=outcome_of(fields.below("outcome"), blobs),
        started_at=_started_at(fields),
        duration=fields.number("duration", 0.0),
        attributes=fields.mapping("answer"),
        verdicts=verdicts_of(fields),
        provenance=provenance_of(fields.below("imported")) if "imported" in fields else None,
    )
    fields.done()
    return exchange


def _started_at(fields: Fields) -> float:
    value = fields.take("started_at", 0.0)
    if not isinstance(value, str):
        return Fields({"started_at": value}, fields.path, fields.where).number("started_at")
    try:
        return moments.seconds_of(value)
    except ValueError:
        fields.refuse("started_at", value, "a moment")
