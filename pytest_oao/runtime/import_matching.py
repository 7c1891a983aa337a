"""Whether a live call is the recorded one of an imported session, by what its source could tell."""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pytest_oao.cassette.redaction import Redactor
from pytest_oao.diff.changes import explain
from pytest_oao.diff.equality import Verdict, equal
from pytest_oao.model.calls import Call
from pytest_oao.model.divergences import Explanation
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.kinds import HUMAN, MODEL, TOOL
from pytest_oao.model.provenance import ARGUMENT_NAMES, ARGUMENTS, MESSAGES, Provenance
from pytest_oao.providers.compared import LEVELS, Comparison, first_level
from pytest_oao.providers.fields import records
from pytest_oao.providers.payloads import loads
from pytest_oao.providers.rendering import request_of
from pytest_oao.runtime.matching import Matcher

EXACT = "exact"
"""The level of a call whose bytes are the recorded ones, or mean the same."""


_KEPT = 16


class _Judgement(NamedTuple):
    """What a comparison came to, and at which level."""

    verdict: Verdict
    level: str


class ImportMatcher(Matcher):
    """Compares what requests say, at the first level that the source carries, and looser ones where that is allowed."""

    def __init__(self, redactor: Redactor, ignore: Sequence[str], loosest: str = LEVELS[0]) -> None:
        super().__init__(redactor, ignore)
        self._loosest = LEVELS.index(loosest)
        self._known: dict[tuple[int, str, str, int], _Judgement] = {}

    def served(self, exchange: Exchange, live: Call) -> None:
        """Take note of the level of a model call besides."""
        level = EXACT
        if exchange.provenance is not None and not self.identical(exchange, live):
            level = self._judged(exchange, live).level
        super().served(exchange, live)
        if live.kind in MODEL:
            self.levels[level] += 1

    def explain(self, recorded: Exchange | None, live: Call) -> Explanation:
        """Say what differs between what the source could tell of a call, and the same of the one that came."""
        if recorded is None or recorded.provenance is None:
            return super().explain(recorded, live)
        for expected, actual in self._forms(recorded, live):
            return explain(
                expected, actual, ignore=self.ignore, renaming=self._renaming, before=tuple(self._served.exchanges)
            )
        return super().explain(recorded, live)

    def other_tools(self, recorded: Exchange, live: Call) -> bool:
        """Whether other tools are offered, by what the source tells of the recorded ones."""
        told = next(self._comparisons(recorded, live, LEVELS[:1]), None)
        if told is None:
            return super().other_tools(recorded, live)
        expected, actual = (_texts(form.get("tools")) for form in told.forms())
        return expected != actual

    def looser(self, recorded: Exchange, live: Call) -> str:
        """Return the first level at which two model calls are equal, of those that are not allowed yet."""
        if recorded.provenance is None or recorded.call.kind != live.kind:
            return ""
        beyond = LEVELS[LEVELS.index(self._levels(recorded.provenance)[-1]) + 1 :]
        told = self._comparisons(recorded, live, beyond)
        return next((one.level for one in told if equal(*one.forms(), self._renaming, self.ignore).equal), "")

    def same_without(self, recorded: Exchange, live: Call, paths: Sequence[str]) -> bool:
        """Whether two calls ask the same, at a level that is allowed, where these paths are ignored besides."""
        if recorded.provenance is None or recorded.call.kind != live.kind:
            return super().same_without(recorded, live, paths)
        ignore = self._ignoring(paths)
        return any(equal(*forms, self._renaming, ignore).equal for forms in self._forms(recorded, live))

    def _compared(self, recorded: Exchange, live: Call) -> Verdict:
        if recorded.provenance is None or recorded.call.kind != live.kind:
            return super()._compared(recorded, live)
        return self._judged(recorded, live).verdict

    def _judged(self, recorded: Exchange, live: Call) -> _Judgement:
        """Return what comparing two calls came to; the last ones are kept, since it is asked for several times."""
        asked = (recorded.seq, live.target, live.body.sha256, self.renamed)
        if asked not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[asked] = self._fresh(recorded, live)
        return self._known[asked]

    def _fresh(self, recorded: Exchange, live: Call) -> _Judgement:
        assert recorded.provenance is not None
        verdict = Verdict(equal=False)
        forms = self._forms(recorded, live)
        for level, (expected, actual) in zip(self._levels(recorded.provenance), forms, strict=False):
            verdict = equal(expected, actual, self._renaming, self.ignore)
            if verdict.equal:
                return _Judgement(verdict, level)
        return _Judgement(verdict, EXACT)

    def _levels(self, provenance: Provenance) -> Sequence[str]:
        first = LEVELS.index(first_level(provenance.lacked, provenance.truncated))
        return LEVELS[first : max(first, self._loosest) + 1]

    def _forms(self, recorded: Exchange, live: Call) -> Iterator[tuple[JSON, JSON]]:
        """Yield what is compared of the two calls, from the strictest level on."""
        assert recorded.provenance is not None
        shown = self._redacted(live)
        if live.kind == TOOL:
            if recorded.call.target == live.target:
                yield from _tool_forms(recorded, shown)
            return
        if live.kind == HUMAN:
            untold = MESSAGES in recorded.provenance.lacked
            if recorded.call.target == live.target:
                yield (None, None) if untold else (loads(recorded.call.body.data), loads(shown.body.data))
            return
        for told in self._comparisons(recorded, live, self._levels(recorded.provenance)):
            yield told.forms()

    def _comparisons(self, recorded: Exchange, live: Call, levels: Sequence[str]) -> Iterator[Comparison]:
        """Yield how two model calls are compared at each level; nothing of other calls and of other recordings."""
        if recorded.provenance is None:
            return
        asked, came = request_of(recorded.call), request_of(self._redacted(live))
        if asked is None or came is None:
            return
        lacked = {*recorded.provenance.lacked, *recorded.provenance.truncated}
        for level in levels:
            yield Comparison(asked, came, level, lacked)


def _texts(tools: JSON) -> list[str]:
    """Return definitions so that their order says nothing."""
    return sorted(json.dumps(tool, sort_keys=True) for tool in records(tools))


def _tool_forms(recorded: Exchange, live: Call) -> Iterator[tuple[JSON, JSON]]:
    """Yield the arguments of both; those without names by their places, none where the source has none or cut them."""
    assert recorded.provenance is not None
    given, came = loads(recorded.call.body.data), loads(live.body.data)
    if ARGUMENTS in (*recorded.provenance.lacked, *recorded.provenance.truncated):
        yield None, None
    elif ARGUMENT_NAMES in recorded.provenance.lacked:
        yield _values(given), _values(came)
    else:
        yield given or {}, came or {}


def _values(arguments: JSON) -> JSON:
    """Return the values of arguments in their order: `{"args": [...], "kwargs": {...}}`, or by name."""
    if not isinstance(arguments, dict):
        return arguments
    args, kwargs = arguments.get("args"), arguments.get("kwargs")
    if isinstance(args, list) and isinstance(kwargs, dict):
        return [*args, *kwargs.values()]
    named: JSONObject = arguments
    return list(named.values())
