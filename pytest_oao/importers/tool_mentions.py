"""Where the model calls of a run speak of tools: what answers ask for, and the results that requests quote."""

from pytest_oao.importers.observations import ObservedCall
from pytest_oao.importers.quoted_results import Conversations, QuotedResults
from pytest_oao.importers.views import asked_tools, asks_a_model, quoted_results
from pytest_oao.model.jsontypes import JSONObject


class ToolMentions:
    """What each model call says of tools, by its record's id, which no other call of the run has; read once."""

    def __init__(self) -> None:
        self._asked: dict[str, list[JSONObject]] = {}
        self._quoted: dict[str, QuotedResults] = {}
        self._conversations = Conversations()

    def asked_tools(self, one: ObservedCall) -> list[JSONObject]:
        """Return the tool calls in a model's first answer; none of other calls."""
        known = self._asked.get(one.id)
        if known is None:
            known = self._asked[one.id] = asked_tools(one) if asks_a_model(one) else []
        return known

    def quoted_results(self, one: ObservedCall) -> QuotedResults:
        """Return the results of tools that a model's request quotes; none of other calls."""
        known = self._quoted.get(one.id)
        if known is None:
            quoted = quoted_results(one, self._conversations) if asks_a_model(one) else QuotedResults()
            known = self._quoted[one.id] = quoted
        return known
