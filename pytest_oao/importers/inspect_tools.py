"""Events of inspect_ai of tools, of commands in a sandbox, of approvals and of what people answered."""

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.inspect_samples import Sample
from pytest_oao.importers.observations import Came, Question, ToldCall, ToolUse, Value
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import REFUSED, Raised
from pytest_oao.model.provenance import ARGUMENTS, MESSAGES, RESULT
from pytest_oao.providers.fields import record, text

_NOT_APPROVED = "approval"
"""The type of the error where an approver rejected a tool's call."""
_LINES = 100
_CHARACTERS = 10_000
"""What is longer in the events of a sandbox is cut there, and nothing says so."""


def tool_call(sample: Sample, event: Part) -> ToldCall:
    """Return the tool that was run: one that is still running, or was when the log ended, has no outcome."""
    arguments, whole = sample.resolved(event["arguments"].json())
    result, complete = sample.resolved(event["result"].json())
    asked = ToolUse(event["function"].text(), arguments, event["id"].text(""))
    cut = {RESULT} if not complete or event["truncated"].value is not None else set()
    cut |= set() if whole else {ARGUMENTS}
    came: Came | None = _failure(sample, event["error"]) or Value(result)
    running = event["pending"].value is True and event["completed"].value is None
    return ToldCall(asked, None if running else came, truncated=frozenset(cut))


def sandbox_call(sample: Sample, event: Part) -> ToldCall:
    """Return a command in the sandbox, or a file of it that was read or written, as a tool."""
    action = event["action"].text()
    fields = {name: event[name].json() for name in ("cmd", "file", "input", "options")}
    given = {name: sample.resolved(value)[0] for name, value in fields.items() if value is not None}
    said = sample.resolved(event["output"].json())[0]
    result: JSON = {"returncode": event["result"].json(), "output": said} if action == "exec" else said
    cut = {RESULT} if _is_cut(said) else set()
    cut |= {ARGUMENTS} if _is_cut(given.get("input")) else set()
    return ToldCall(ToolUse(f"sandbox_{action}", given), Value(result), truncated=frozenset(cut))


def approval_of(sample: Sample, event: Part) -> ToldCall | None:
    """Return what a person decided about a tool's call; other approvers are code of the evaluation's."""
    if event["approver"].text("") != "human":
        return None
    call = record(sample.resolved(event["call"].json())[0])
    said = {"decision": event["decision"].json(), "explanation": event["explanation"].json()}
    if event["modified"].value is not None:
        said["modified"] = event["modified"].json()
    question = f"{text(call.get('function'))}({call.get('arguments')})"
    return ToldCall(
        Question(question, "approval"), Value({key: value for key, value in said.items() if value is not None})
    )


def answer_of(sample: Sample, event: Part) -> ToldCall:
    """Return what a person was asked and answered; of an interaction on the screen, the whole of it."""
    said: JSONObject = {"input": event["input"].json(), "content": event["content"].json()}
    said = record(sample.resolved(said)[0])
    answer = said["input"] if said["content"] is None else said["content"]
    question = event["message"].text("")
    return ToldCall(Question(question), Value(answer), frozenset() if question else frozenset({MESSAGES}))


def _failure(sample: Sample, error: Part) -> Raised | None:
    if error.value is None:
        return None
    message, _ = sample.resolved(error["message"].json())
    kind = error["type"].text("")
    return Raised(REFUSED if kind == _NOT_APPROVED else kind or "ToolError", text(message))


def _is_cut(said: JSON) -> bool:
    return isinstance(said, str) and (len(said) >= _CHARACTERS or len(said.splitlines()) >= _LINES)
