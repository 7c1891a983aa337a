"""Answers the calls of a run from an imported session, in the words of whichever API the run calls."""

from collections.abc import Sequence
from dataclasses import replace

from pytest_oao.errors import Untranslatable
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import MODEL
from pytest_oao.model.outcomes import Outcome, Raised
from pytest_oao.providers.rendering import rendered
from pytest_oao.runtime.replayer import Replayer

_ATTEMPT = "x-stainless-retry-count"
"""The header in which SDKs count the attempts of a call, from 0."""
_MOST = 10
"""Attempts after the first that one record may stand for: more are no SDK's."""


class ImportReplayer(Replayer):
    """The source of a replay whose record was made by somebody else."""

    _unanswered: Exchange | None = None
    """The last model call, as it was made, where no answer came to any of its attempts."""
    _attempts = 0
    """How many were answered so."""

    def answer(self, call: Call) -> Exchange:
        """Return the recorded exchange with its answer as the call's API gives it; raises Diverged, Untranslatable."""
        tried = self._unanswered
        if tried is not None and self._is_attempt(call, tried.call):
            return tried  # the source has one record of what the SDK tried several times
        exchange = super().answer(call)
        if exchange.provenance is None or call.kind not in MODEL:
            return exchange
        exchange = replace(exchange, outcome=self._rendered(exchange, call))
        self._attempts = 0
        self._unanswered = replace(exchange, call=call) if isinstance(exchange.outcome, Raised) else None
        return exchange

    def _is_attempt(self, call: Call, before: Call) -> bool:
        """Whether a call is the SDK's next attempt of the one before, for which the record has no call of its own."""
        if (call.target, call.body) != (before.target, before.body) or self.expects(call):
            return False
        self._attempts += 1
        return self._attempts <= _MOST and dict(call.headers).get(_ATTEMPT) != "0"

    def _rendered(self, exchange: Exchange, call: Call) -> Outcome:
        outcome = rendered(exchange, call)
        if outcome is None:
            what = f"the answer of imported call {exchange.seq} cannot be given as {call.target} would"
            remedy = "call the model by an API that is translated (docs/reference/model-apis.md), or record the test"
            raise Untranslatable(what, where=self.cassette, remedy=remedy)
        return outcome

    def _lacks(self, expected: Exchange | None, call: Call | None) -> Sequence[str]:
        """Tell what the import may be to blame for."""
        lacks = list(super()._lacks(expected, call))
        told = expected.provenance if expected is not None else None
        if told is not None and (told.inferred or told.truncated):
            parts = [*(f"{one} (inferred)" for one in told.inferred), *(f"{one} (cut off)" for one in told.truncated)]
            lacks.append(f"of the recorded call, the import could not vouch for: {', '.join(parts)}")
        kinds = {one.call.kind for one in self.session.exchanges}
        if call is not None and call.kind not in kinds:
            lacks.append(f"the import has no {call.kind} calls at all")
        return lacks
