"""Whether a live call is the recorded one: by hash where the bytes are equal, else by what the bytes mean."""

from collections.abc import Collection, Sequence

from pytest_oao.cassette.redacting import redacted_call
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.diff.bodies import explain_bodies
from pytest_oao.diff.equality import equal
from pytest_oao.diff.ignore import parse_ignore
from pytest_oao.diff.naming import UNORDERED
from pytest_oao.diff.renaming import Renaming
from pytest_oao.model.calls import Call
from pytest_oao.model.divergences import Explanation
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.sessions import Session
from pytest_oao.providers.http_calls import described


class Matcher:
    """Compares the calls of a run with those of its record; remembers which fresh id stands for which recorded one."""

    def __init__(self, redactor: Redactor, ignore: Sequence[str], session: Session) -> None:
        self.redactor = redactor
        self.ignore = parse_ignore(ignore)
        self.session = session
        self.notes: list[str] = []
        self._served: list[Exchange] = []
        self._renaming = Renaming(self._occurred)

    def identical(self, recorded: Call, live: Call) -> bool:
        """Whether the two calls have the same bytes: the usual case, and a cheap one."""
        return (
            recorded.kind == live.kind
            and recorded.body.sha256 == live.body.sha256
            and (recorded.target == live.target or recorded.target == self.redactor.url(live.target))
        )

    def same(self, recorded: Call, live: Call) -> bool:
        """Whether the two calls ask the same: key order, fresh ids, secrets and ignored paths aside."""
        if self.identical(recorded, live):
            return True
        if recorded.kind != live.kind:
            return False
        shown = redacted_call(live, self.redactor)
        if not self._equal(recorded.target, shown.target):
            return False
        if recorded.body == shown.body:
            return True
        before, now = _parsed(recorded), _parsed(shown)
        if before is None or now is None:
            return False
        return self._equal(before, now, unordered=() if recorded.kind == "http" else UNORDERED)

    def _equal(self, recorded: JSON, live: JSON, unordered: Collection[str] = ()) -> bool:
        verdict = equal(recorded, live, self._renaming, self.ignore, unordered)
        if verdict.equal:
            self._renaming.commit(verdict.pairs)
            self.notes += [note for note in verdict.notes if note not in self.notes]
        return verdict.equal

    def served(self, exchange: Exchange) -> None:
        """Remember what the agent has been given: the ids in it stand for themselves from now on."""
        self._served.append(exchange)

    def _occurred(self, name: str) -> bool:
        data = name.encode()
        return any(
            data in exchange.call.body.data
            or (not isinstance(exchange.outcome, Raised) and data in exchange.outcome.body.data)
            for exchange in self._served
        )

    def explain(self, recorded: Exchange | None, live: Call) -> Explanation:
        """Say what differs between a recorded call and the one that came."""
        if recorded is None:
            return Explanation()
        shown = redacted_call(live, self.redactor)
        return explain_bodies(
            recorded.call, shown, ignore=self.ignore, renaming=self._renaming, before=tuple(self._served)
        )

    def shown(self, live: Call) -> Call:
        """Return a live call as reports may show it: described, and without its secrets."""
        return described(redacted_call(live, self.redactor))


def _parsed(call: Call) -> JSON:
    """Parse a JSON body; None where it is none, and then only its bytes count."""
    try:
        return call.body.json()
    except ValueError:
        return None
