"""Who approved what: a question that a policy asks, and what frameworks ask of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock, local
from typing import Any

from pytest_oao.errors import BadOption
from pytest_oao.model.attributes import CALL_ID, TOOL_NAME
from pytest_oao.model.calls import Call
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import APPROVAL, HUMAN
from pytest_oao.model.outcomes import Outcome, Raised
from pytest_oao.policy.facts import Facts
from pytest_oao.ports import Approval
from pytest_oao.providers.payloads import loads
from pytest_oao.runtime.lanes import perform
from pytest_oao.runtime.people import asked_at_the_terminal, given_answer
from pytest_oao.runtime.performances import performed
from pytest_oao.runtime.permits import Approve
from pytest_oao.runtime.running import current
from pytest_oao.runtime.value_calls import Asked

_REMEDY = (
    "the policy has a person approve this call (require_approval): implement pytest_oao_approve, give "
    "record(approve=...), or give the answers: with pytest_oao.answering(True): ..."
)
_YES = frozenset({"y", "yes", "true", "approve", "approved", "ok"})
_NO = frozenset({"n", "no", "false", "deny", "denied", "reject", "rejected", ""})


@dataclass(frozen=True, slots=True)
class _Given:
    """An approval that is in the record."""

    tool: str
    number: str
    arguments: JSON
    approval: Approval


class Approvals:
    """The approvals of one session, each good for one call."""

    def __init__(self, approve: Approve | None = None) -> None:
        self._approve = approve
        self._lock = Lock()
        self._given: list[_Given] = []
        self._own = local()

    def heard(self, call: Call, outcome: Outcome) -> None:
        """Take note of what a person was asked by a framework, or by us where that is in a record."""
        if call.kind != HUMAN or call.target != APPROVAL or isinstance(outcome, Raised):
            return
        if getattr(self._own, "asks", False):  # who asks is told the answer
            return
        approval = _decision(loads(call.body.data), outcome.body.data)
        if approval is not None:
            with self._lock:
                self._given.append(_given(call, approval))

    def of(self, facts: Facts) -> Approval | None:
        """Take the approval that was given to a call already, None where there is none."""
        number = str(facts.call.attributes.get(CALL_ID) or "")
        with self._lock:
            for place, given in enumerate(self._given):
                if given.tool == facts.tool and _meant(given, number, facts):
                    return self._given.pop(place).approval
        return None

    def was_never_asked(self, facts: Facts) -> bool:
        """Whether a record has a call next that must be approved, and no question before it."""
        gateway = current()
        if gateway is None or gateway.terms.replays is None:
            return False
        with gateway.lock:
            return gateway.source.expects(facts.call)

    def ask(self, facts: Facts) -> Approval:
        """Have a person asked, and return what they say; in a replay, what they said."""
        about = {"tool": facts.tool, "arguments": dict(facts.arguments)}
        attributes: dict[str, JSON] = {TOOL_NAME: facts.tool}
        if number := facts.call.attributes.get(CALL_ID):
            attributes[CALL_ID] = number
        asked = Asked(HUMAN, APPROVAL, about, attributes, keep=_form, revive=_revived)
        self._own.asks = True
        try:
            approval: Approval = performed(asked, lambda: self._decide(facts.call, about))
        finally:
            self._own.asks = False
        return approval

    def _decide(self, call: Call, about: Mapping[str, Any]) -> Approval:
        with perform():
            said = self._approve(call) if self._approve is not None else None
        if said is not None:
            return _approval(said, "the approval hook")
        question = f"Approve {about['tool']}({about['arguments']})? (yes / no) "
        given = given_answer(question)
        if given is not None:
            return _approval(given[0], "an answer given beforehand")
        with perform():
            return _approval(
                asked_at_the_terminal(question, lambda: input(question), _REMEDY), "a person at the terminal"
            )


def _approval(said: object, by: str) -> Approval:
    """Return what an answer means; raises BadOption where it means neither."""
    if isinstance(said, Approval) and isinstance(said.approved, bool):
        return said if said.by else Approval(said.approved, by, said.reason)
    if isinstance(said, bool):
        return Approval(said, by)
    word = said.strip().lower() if isinstance(said, str) else None
    if word in _YES or word in _NO:
        return Approval(word in _YES, by)
    raise BadOption(f"{said!r} neither approves nor refuses", where="approval", remedy="answer yes or no")


def _form(approval: Approval) -> JSON:
    return {"approved": approval.approved, "by": approval.by, "reason": approval.reason}


def _revived(form: Any) -> Approval:  # noqa: ANN401 - as it was kept
    return Approval(form["approved"] is True, str(form.get("by", "")), str(form.get("reason", "")))


def _given(call: Call, approval: Approval) -> _Given:
    asked = loads(call.body.data)
    about = asked if isinstance(asked, dict) else {}
    return _Given(str(about.get("tool")), str(call.attributes.get(CALL_ID) or ""), about.get("arguments"), approval)


def _meant(given: _Given, number: str, facts: Facts) -> bool:
    if given.number and number:
        return given.number == number
    return given.arguments == dict(facts.arguments)


def _decision(asked: JSON, answer: bytes) -> Approval | None:
    """Return what was decided: the answer says it, or, where it was decided beforehand, the question."""
    said = loads(answer)
    about = asked if isinstance(asked, dict) else {}
    if isinstance(said, dict) and isinstance(said.get("approved"), bool):
        return _revived(said)
    word = about.get("decision", said.get("approve") if isinstance(said, dict) else said)
    if word in (True, "approve", "approved"):
        return Approval(approved=True, by="a framework's approval")
    if word in (False, "reject", "rejected", "deny", "denied"):
        return Approval(approved=False, by="a framework's approval")
    return None
