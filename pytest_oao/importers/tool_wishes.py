"""The tools that the models of a run asked for: each answer is read once."""

from pytest_oao.importers.observations import Observed
from pytest_oao.importers.views import asked_tools, asks_a_model
from pytest_oao.model.jsontypes import JSONObject


class ToolWishes:
    """What each model call asked for, by its record's id, which no other call of the run has."""

    def __init__(self) -> None:
        self._known: dict[str, list[JSONObject]] = {}

    def of(self, one: Observed) -> list[JSONObject]:
        """Return the tool calls in a model's first answer; none of other calls."""
        known = self._known.get(one.id)
        if known is None:
            known = self._known[one.id] = asked_tools(one) if asks_a_model(one) else []
        return known
