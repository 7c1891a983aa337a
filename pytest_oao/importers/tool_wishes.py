"""What the models of a run asked for, and what their requests quote of it: each message is read once."""

from pytest_oao.importers.observations import Observed
from pytest_oao.importers.quoted_results import Conversations, Quoted
from pytest_oao.importers.views import asked_tools, asks_a_model, quoted_results
from pytest_oao.model.jsontypes import JSONObject


class ToolWishes:
    """What each model call tells of tools, by its record's id, which no other call of the run has."""

    def __init__(self) -> None:
        self._known: dict[str, list[JSONObject]] = {}
        self._quoted: dict[str, Quoted] = {}
        self._conversations = Conversations()

    def of(self, one: Observed) -> list[JSONObject]:
        """Return the tool calls in a model's first answer; none of other calls."""
        known = self._known.get(one.id)
        if known is None:
            known = self._known[one.id] = asked_tools(one) if asks_a_model(one) else []
        return known

    def quoted_by(self, one: Observed) -> Quoted:
        """Return the results of tools that a model's request quotes; none of other calls."""
        known = self._quoted.get(one.id)
        if known is None:
            quoted = quoted_results(one, self._conversations) if asks_a_model(one) else Quoted()
            known = self._quoted[one.id] = quoted
        return known
