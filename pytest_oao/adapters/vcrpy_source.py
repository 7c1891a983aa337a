"""Answers requests from a cassette of vcrpy's, by vcrpy's rules: its matchers, in any order, each interaction once.

Nothing is ever recorded: a request that the cassette does not have fails the test.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pytest_oao.adapters.vcrpy_cassettes import Opened
from pytest_oao.adapters.vcrpy_messages import asked, outcome_of, recorded_call
from pytest_oao.adapters.vcrpy_misses import Miss, miss_of
from pytest_oao.cassette.redacting import redacted_call, redacted_exchange
from pytest_oao.errors import Diverged, NotRecorded
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.divergences import Divergence, Explanation
from pytest_oao.model.exchanges import Exchange
from pytest_oao.providers.session_description import described_exchange
from pytest_oao.runtime.matching import Matcher
from pytest_oao.runtime.sources import Unordered

_BEFORE = 20
"""How many answered calls a report is given."""
_NOTED = 200
"""Characters of a note that are told."""


class VcrpySource(Unordered):
    """The source of a test that is marked `vcr`; vcrpy knows no order, and interactions that nobody asked for."""

    def __init__(
        self, opened: Opened, matcher: Matcher, *, cassette: str, site: Callable[[], Site], remedies: Sequence[str]
    ) -> None:
        self.opened, self._matcher = opened, matcher
        self._cassette, self._site, self._remedies = cassette, site, tuple(remedies)
        self._answered: list[Exchange] = []
        self._calls = 0

    def answer(self, call: Call) -> Exchange | None:
        """Return the recorded exchange of a call, None where a filter lets it through; raises Diverged, NotRecorded."""
        from vcr.matchers import requests_match  # noqa: PLC0415 - late: 0.4 s

        self._calls += 1
        cassette = self.opened.cassette
        requests = []
        for form in self._forms(call):
            request = cassette.filter_request(form)
            if request is None:
                return None
            requests.append(request)
            for position, (stored, _) in enumerate(cassette.data):
                free = cassette.allow_playback_repeats or not cassette.play_counts[position]
                if free and requests_match(request, stored, self.opened.matchers):
                    return self._played(position, call)
        raise self._missed(requests, call)

    def _forms(self, call: Call) -> Iterator[Any]:
        """Yield a call as vcrpy may have recorded it: no body is an empty one to some clients, and none to others."""
        calls = [call]
        if self.opened.converted:
            calls.append(redacted_call(call, self._matcher.redactor))
        for one in calls:
            yield asked(one, one.body.data)
            if not one.body.data:
                yield asked(one, None)

    def _played(self, position: int, call: Call) -> Exchange:
        self.opened.cassette.play_counts[position] += 1
        exchange = described_exchange(replace(self._recorded(position, call), seq=self._calls))
        self._answered.append(exchange)
        return exchange

    def _recorded(self, position: int, live: Call) -> Exchange:
        request, response = self.opened.cassette.data[position]
        call = replace(recorded_call(request, live), lane=live.lane, caused_by=live.caused_by, parent=live.parent)
        return Exchange(position + 1, call, outcome_of(response))

    def _shown(self, exchange: Exchange) -> Exchange:
        """Return what is recorded without the secrets that a cassette of vcrpy's may hold, as live calls are shown."""
        return described_exchange(redacted_exchange(exchange, self._matcher.redactor))

    def _missed(self, requests: Sequence[Any], call: Call) -> Diverged | NotRecorded:
        if not self.opened.exists:
            what, remedy = "there is no cassette to answer from", "; ".join(self._remedies)
            return NotRecorded(what, where=self._cassette, remedy=remedy)
        cassette = self.opened.cassette
        miss = miss_of(requests, cassette, self.opened.matchers)
        expected = None if miss.position is None else self._shown(self._recorded(miss.position, call))
        return Diverged(
            Divergence(
                miss.name,
                number=self._calls,
                total=len(cassette),
                lane=call.lane,
                expected=expected,
                actual=replace(self._matcher.shown(call), site=self._site()),
                explanation=self._explained(miss, expected, call),
                before=tuple(map(self._shown, self._answered[-_BEFORE:])),
                notes=tuple(self._matcher.redactor.text(note)[:_NOTED] for note in miss.notes),
                cassette=self._cassette,
                remedies=self._remedies,
            )
        )

    def _explained(self, miss: Miss, expected: Exchange | None, call: Call) -> Explanation:
        if miss.in_address or expected is None:
            return Explanation(cause=miss.cause)
        told = self._matcher.explain(expected, call)
        return replace(told, cause="; ".join(filter(None, (miss.cause, told.cause))))
