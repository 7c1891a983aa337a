"""What a team knows a run by: what it was given, what came out, its tags, and how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pytest_oao.importers.observations import ObservedCall, Question, Scope
from pytest_oao.importers.views import asks_a_model, failed, request_of, response_of
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.run_metadata import INPUT, OUTPUT, TAGS, with_own
from pytest_oao.model.sessions import Ending

_EMPTY: tuple[JSON, ...] = (None, "", {}, [])


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a run."""

    metadata: Mapping[str, JSON]
    ending: Ending


def facts_of(calls: Sequence[ObservedCall], scopes: Sequence[Scope]) -> Facts:
    """Return what the outermost scope tells of the run, and else what its first and last calls do."""
    known = {scope.id for scope in scopes} | {one.id for one in calls}
    roots = [scope for scope in scopes if scope.parent not in known]
    root = min(roots, key=lambda scope: scope.started_at, default=None)
    told: dict[str, JSON] = dict(root.metadata) if root else {}
    given = root.input if root and root.input is not None else _first_input(calls)
    came = root.output if root and root.output is not None else _last_output(calls)
    tags: list[JSON] = [*dict.fromkeys(tag for scope in scopes for tag in scope.tags)]
    told |= {name: value for name, value in ((INPUT, given), (OUTPUT, came)) if value is not None}
    told |= {TAGS: tags} if tags else {}
    own = {name: value for name, value in root.own.items() if value not in _EMPTY} if root else {}
    return Facts(with_own(told, own), _ending(calls, root))


def _ending(calls: Sequence[ObservedCall], root: Scope | None) -> Ending:
    if root is not None and (root.error or root.ended_at or root.output is not None):
        return Ending("failed", root.error) if root.error else Ending("passed")
    models = [one for one in calls if asks_a_model(one)]
    if models and failed(models[-1]):
        return Ending("failed", "the last model call failed")
    return Ending("unknown")


def _first_input(calls: Sequence[ObservedCall]) -> JSON:
    """Return what the user said last when the first model was asked, or the task that a person gave."""
    for one in calls:
        if isinstance(one.asked, Question):
            return one.asked.text
        request = request_of(one)
        if request is not None:
            return request.task or None
    return None


def _last_output(calls: Sequence[ObservedCall]) -> JSON:
    """Return what a model said last."""
    answers = (response_of(one) for one in reversed(calls) if asks_a_model(one))
    said = (answer.choices[0].words for answer in answers if answer and answer.choices)
    return next((words for words in said if words), None)
