"""`--oao-record=vcr`: what a test marked `vcr` was answered, as the cassette that it has once it is marked `oao`."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_oao.adapters.vcrpy_source import VcrpySource
from pytest_oao.cassette.continuity import steady
from pytest_oao.cassette.conversions import begins_as_ours
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.errors import BadOption, OaoError
from pytest_oao.importers.http_exchanges import RawExchange, RawRequest, RawResponse
from pytest_oao.importers.http_files import session_of
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Head, Returned
from pytest_oao.model.provenance import TIMING
from pytest_oao.model.sessions import Ending, Session
from pytest_oao.plugin.managed_test import display
from pytest_oao.plugin.pytest_run import PytestRun
from pytest_oao.plugin.settings import settings_of
from pytest_oao.runtime.gateway import Gateway


def moved(run: PytestRun, item: pytest.Item, gateway: Gateway, source: VcrpySource, told: Mapping[str, JSON]) -> str:
    """Write the cassette of a test that passed, and return its path; `told` is metadata that its header gets."""
    place = settings_of(item, run.redactor, run.policing(item)).cassette
    shown = display(place, item.config)
    _require_free(place, shown, source)
    session = redacted_session(_session(item, gateway, source, told), run.redactor)
    run.store.save(_steady(run, session, place), place)
    return shown


def _require_free(place: Path, shown: str, source: VcrpySource) -> None:
    """Refuse to write over recordings that the new cassette would not hold."""
    if not place.is_file() or source.opened.cassette.all_played:
        return
    own = place.samefile(source.opened.path) if Path(source.opened.path).is_file() else False
    if own or not begins_as_ours(place):
        what = "what vcrpy recorded stands there, and the test did not use all of it"
        remedy = "have cassettes of ours in another folder: oao_cassette_dir"
        raise BadOption(what, where=shown, remedy=remedy)


def _session(item: pytest.Item, gateway: Gateway, source: VcrpySource, told: Mapping[str, JSON]) -> Session:
    exchanges = gateway.session().exchanges
    answered = [one for one in exchanges if one.seq not in gateway.live]
    made = session_of(
        map(_raw, answered),
        format_name="vcrpy",
        data=item.nodeid.encode(),
        source=source.opened.path,
        lacked=(TIMING,),
    )
    again = {old.seq: _addressed(new, old) for old, new in zip(answered, made.exchanges, strict=True)}
    numbered = [replace(again.get(one.seq, one), seq=number) for number, one in enumerate(exchanges, 1)]
    header = replace(made.header, test=item.nodeid, metadata=told)
    return replace(made, header=header, exchanges=tuple(numbered), ending=Ending("passed"))


def _raw(exchange: Exchange) -> RawExchange:
    call, outcome = exchange.call, exchange.outcome
    assert isinstance(outcome, Returned)
    head = outcome.head or Head(200)
    request = RawRequest(call.target.partition(" ")[0], call.url, call.headers, call.body.data)
    answer = RawResponse(head.status, head.headers, outcome.body.data)
    return RawExchange(f"call {exchange.seq}", request, answer, may_hide=True)


def _addressed(new: Exchange, old: Exchange) -> Exchange:
    """Return an exchange in the lane that made it, at the address that was asked where the recorded one is hidden."""
    call = replace(new.call, kind=old.call.kind, target=old.call.target, lane=old.call.lane)
    return replace(new, call=call)


def _steady(run: PytestRun, session: Session, place: Path) -> Session:
    """Return a session as it is kept already, where nothing has changed since it was written."""
    try:
        return steady(session, run.store.load(place))
    except OaoError:  # there is none, or what vcrpy recorded, all of which the session holds
        return session
