"""`--oao-record=vcr`: tests marked `vcr` are recorded like those marked `oao`, answered by cassettes of vcrpy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_oao.adapters.vcrpy_filters import unfiltered
from pytest_oao.adapters.vcrpy_source import VcrpySource
from pytest_oao.cassette.conversions import begins_as_ours
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.errors import BadOption
from pytest_oao.importers.http_exchanges import RawExchange, RawRequest, RawResponse
from pytest_oao.importers.http_files import session_of
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Returned
from pytest_oao.model.provenance import TIMING
from pytest_oao.model.sessions import Session
from pytest_oao.plugin.managed_test import display
from pytest_oao.plugin.pytest_run import PytestRun
from pytest_oao.plugin.recording_test import RecordingTest
from pytest_oao.plugin.settings import Settings
from pytest_oao.plugin.spending_record import spending_record
from pytest_oao.runtime.sources import Recorder


class MovingTest(RecordingTest):
    """One attempt: what is no HTTP, as its tools, is performed and recorded, so that a replay finds all it asks for."""

    def __init__(self, run: PytestRun, item: pytest.Item, settings: Settings) -> None:
        self.source = _Answering(self._placed)
        self.vcrpy: VcrpySource | None = None
        super().__init__(run, item, settings, self.source)

    def _placed(self, exchange: Exchange, live: Call) -> Exchange:
        """Return what answers the call that comes now with its number, and where in the code it is made."""
        call = unfiltered(exchange.call, live, self.run.redactor)
        return replace(exchange, seq=self.gateway.last + 1, call=replace(call, site=self.project.site()))

    @contextmanager
    def answered(self, vcrpy: VcrpySource) -> Iterator[None]:
        """Have the test's requests answered meanwhile."""
        self.vcrpy = self.source.vcrpy = vcrpy
        try:
            yield
        finally:
            self.source.vcrpy = None

    def end(self) -> None:
        """Seal the cassette of a test that passed; no journal is kept, for all can be had again."""
        try:
            super().end()
        finally:
            self.journal.remove()

    def _tell(self) -> None:
        self.summary["test"] = self.item.nodeid
        if not self.gateway.made:
            self.summary |= {"idle": True} if not self.failed else {}
            return
        self.summary |= {"replayed": len(self.source.answered), "performed": len(self.gateway.live)}
        self.summary["spent"] = spending_record(self.gateway, self.prices)

    def _seal(self) -> None:
        self._require_free()
        super()._seal()
        self.summary["moved"] = self.summary.pop("recorded")

    def _require_free(self) -> None:
        """Refuse to write over recordings that the new cassette would not hold."""
        place, vcrpy = self.settings.cassette, self.vcrpy
        if vcrpy is None or not place.is_file() or vcrpy.opened.cassette.all_played:
            return
        old = Path(vcrpy.opened.path)
        if not begins_as_ours(place) or (old.is_file() and place.samefile(old)):
            what = "what vcrpy recorded stands there, and the test did not use all of it"
            remedy = "have cassettes of ours in another folder: oao_cassette_dir"
            raise BadOption(what, where=display(place, self.item.config), remedy=remedy)

    def _session(self) -> Session:
        session, vcrpy = super()._session(), self.vcrpy
        answered = [one for one in session.exchanges if one.seq in self.source.answered]
        if vcrpy is None or not answered:
            return session
        source, told = vcrpy.opened.path, self.item.nodeid.encode()
        made = session_of(map(_raw, answered), format_name="vcrpy", data=told, source=source, lacked=(TIMING,))
        again = {old.seq: _in_place(new, old) for old, new in zip(answered, made.exchanges, strict=True)}
        exchanges = tuple(again.get(one.seq, one) for one in session.exchanges)
        header = replace(session.header, origin=made.header.origin)
        return redacted_session(replace(session, header=header, exchanges=exchanges), self.run.redactor)


class _Answering(Recorder):
    """Answers HTTP from a cassette of vcrpy's, once it is open; the rest is performed."""

    def __init__(self, placed: Callable[[Exchange, Call], Exchange]) -> None:
        self.vcrpy: VcrpySource | None = None
        self.answered: set[int] = set()
        self._placed = placed

    def answer(self, call: Call) -> Exchange | None:
        """Return the recorded exchange of a request, None of another call; raises Diverged, NotRecorded."""
        if self.vcrpy is None or not call.url.startswith("http"):
            return None
        exchange = self.vcrpy.answer(call)
        if exchange is not None:
            exchange = self._placed(exchange, call)
            self.answered.add(exchange.seq)
        return exchange


def _raw(exchange: Exchange) -> RawExchange:
    call, outcome = exchange.call, exchange.outcome
    assert isinstance(outcome, Returned)
    head = outcome.head or Head(200)
    request = RawRequest(call.target.partition(" ")[0], call.url, call.headers, call.body.data)
    answer = RawResponse(head.status, head.headers, outcome.body.data)
    return RawExchange(f"call {exchange.seq}", request, answer, may_hide=True)


def _in_place(new: Exchange, old: Exchange) -> Exchange:
    """Return an exchange where the run made it, at the address that was asked where the recorded one is hidden."""
    call, was = new.call, old.call
    placed = replace(call, kind=was.kind, target=was.target, lane=was.lane, caused_by=was.caused_by, parent=was.parent)
    return replace(new, seq=old.seq, call=replace(placed, site=was.site))
