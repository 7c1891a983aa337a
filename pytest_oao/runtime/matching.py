"""Whether a live call is the recorded one: by hash where the bytes are equal, else by what the bytes mean."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pytest_oao.cassette.redacting import redacted_call
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.diff.bodies import equal_bodies, explain_bodies
from pytest_oao.diff.equality import Verdict, equal
from pytest_oao.diff.ignore import Ignore, parse_ignore
from pytest_oao.diff.renaming import Renaming
from pytest_oao.model.calls import Call
from pytest_oao.model.divergences import Change, Explanation
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Outcome, Raised, Returned, Streamed
from pytest_oao.providers.session_description import described_call
from pytest_oao.runtime.execution import tools_hash
from pytest_oao.runtime.served import Served


class Matcher:
    """Compares the calls of a run with those of its record; remembers which fresh id stands for which recorded one."""

    def __init__(self, redactor: Redactor, ignore: Sequence[str]) -> None:
        self.redactor = redactor
        self.ignore = parse_ignore(ignore)
        self.notes: list[str] = []
        self.levels: Counter[str] = Counter()
        """Of an import: how many calls were answered at each level."""
        self._served = Served()
        self._last: tuple[Call, Call] | None = None
        self._renaming = Renaming(self._served.holds)

    @property
    def renamed(self) -> int:
        """How many ids of the live run stand for other, recorded ones."""
        return len(self._renaming.pairs)

    def identical(self, recorded: Exchange, live: Call) -> bool:
        """Whether the two calls have the same bytes: the usual case, and a cheap one."""
        call = recorded.call
        return (
            call.kind == live.kind
            and call.body.sha256 == live.body.sha256
            and (call.target == live.target or call.target == self.redactor.url(live.target))
        )

    def same(self, recorded: Exchange, live: Call) -> bool:
        """Whether the two calls ask the same: key order, fresh ids, secrets and ignored paths aside."""
        return self.identical(recorded, live) or self._compared(recorded, live).equal

    def _compared(self, exchange: Exchange, live: Call) -> Verdict:
        """Compare two calls whose bytes differ."""
        return self._by_meaning(exchange, live, self.ignore)

    def _by_meaning(self, exchange: Exchange, live: Call, ignore: Ignore) -> Verdict:
        """Compare what two calls mean, address and body as one: an id must stand for the same in both."""
        recorded = exchange.call
        if recorded.kind != live.kind:
            return Verdict(equal=False)
        shown = self._redacted(live)
        address = equal(recorded.target, shown.target, self._renaming)
        if not address.equal:
            return address
        so_far = self._renaming
        if address.pairs:
            so_far = Renaming(self._served.holds, (*self._renaming.pairs, *address.pairs))
        body = equal_bodies(recorded.body, shown.body, so_far, ignore)
        return replace(body, pairs=(*address.pairs, *body.pairs)) if body.equal else body

    def served(self, exchange: Exchange, live: Call) -> None:
        """Remember that a call was answered: what its fresh ids stand for, and which ids the agent has seen now."""
        if not self.identical(exchange, live):
            verdict = self._compared(exchange, live)
            self._renaming.commit(verdict.pairs)
            self.notes += [note for note in verdict.notes if note not in self.notes]
        self._served.add(exchange)

    def explain(self, recorded: Exchange | None, live: Call) -> Explanation:
        """Say what differs between a recorded call and the one that came."""
        if recorded is None:
            return Explanation()
        shown = self._redacted(live)
        told = explain_bodies(
            recorded.call.body,
            shown.body,
            ignore=self.ignore,
            renaming=self._renaming,
            before=tuple(self._served.exchanges),
        )
        if equal(recorded.call.target, shown.target, self._renaming).equal:
            return told
        moved = Change("target", "changed", recorded.call.target, shown.target)
        model = _other_model(recorded.call, shown)
        causes = (model if model not in told.cause else "", told.cause)
        cause = "; ".join(filter(None, causes)) or "another address is called"
        return replace(told, changes=(moved, *told.changes), cause=cause)

    def other_tools(self, recorded: Exchange, live: Call) -> bool:
        """Whether a model call offers other tools than the recorded one did."""
        return tools_hash([recorded.call]) != tools_hash([self._redacted(live)])

    def looser(self, recorded: Exchange, live: Call) -> str:
        """Return the level that must be allowed for two calls to be equal; empty where none of them helps."""
        del recorded, live
        return ""

    def same_without(self, recorded: Exchange, live: Call, paths: Sequence[str]) -> bool:
        """Whether two calls ask the same where these paths are ignored besides."""
        return self._by_meaning(recorded, live, self._ignoring(paths)).equal

    def _ignoring(self, paths: Sequence[str]) -> Ignore:
        return Ignore((*self.ignore.patterns, *parse_ignore(paths).patterns))

    def explain_outcome(self, recorded: Outcome, live: Outcome, chance: Sequence[str] = ()) -> Explanation | None:
        """Say what differs between a recorded outcome and a live one without secrets; None where nothing does.

        `chance` are paths of what depends on time alone.
        """
        ignore = self._ignoring(chance)
        if isinstance(recorded, Raised) or isinstance(live, Raised):
            same = isinstance(recorded, Raised) and isinstance(live, Raised) and self._said_same(recorded, live)
            return (
                None if same else Explanation(cause=f"the call {_came(live)}; {_came(recorded)} when it was recorded")
            )
        if (told := _shape(live)) != (before := _shape(recorded)):
            return Explanation(cause=f"the call {told}; {before} when it was recorded")
        if recorded.body == live.body or equal_bodies(recorded.body, live.body, self._renaming, ignore).equal:
            return None
        explained = explain_bodies(recorded.body, live.body, ignore=ignore, renaming=self._renaming, before=())
        return replace(explained, cause="the call was performed, and came to something else than when it was recorded")

    def _said_same(self, recorded: Raised, live: Raised) -> bool:
        """Whether two exceptions say the same: fresh ids in their messages aside."""
        said = equal(recorded.message, live.message, self._renaming)
        return recorded.type == live.type and said.equal and equal(recorded.detail, live.detail, self._renaming).equal

    def shown(self, live: Call) -> Call:
        """Return a live call as reports may show it: described, and without its secrets."""
        return described_call(self._redacted(live))

    def _redacted(self, live: Call) -> Call:
        """Return a live call without its secrets; one that diverges is compared with many recorded ones."""
        if self._last is None or self._last[0] is not live:
            self._last = live, redacted_call(live, self.redactor)
        return self._last[1]


def _other_model(recorded: Call, live: Call) -> str:
    """Say which model was asked in place of another, where paths name them."""
    one, other = described_call(recorded).model, described_call(live).model
    return f"model changed from {one} to {other}" if one and other and one != other else ""


def _came(outcome: Outcome) -> str:
    return f"raised {outcome.type}: {outcome.message:.200}" if isinstance(outcome, Raised) else "returned a value"


def _shape(outcome: Returned | Streamed) -> str:
    """Say how a call came to its body: with which status, and how a stream ended."""
    end = outcome.end if isinstance(outcome, Streamed) else "complete"
    ended = f"broke off ({end.type}: {end.message:.200})" if isinstance(end, Raised) else f"was {end}"
    return f"came with status {outcome.head.status}, and {ended}" if outcome.head else ended
