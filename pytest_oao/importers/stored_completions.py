"""Chat completions that OpenAI stores, with the list of their messages."""

from dataclasses import replace

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import ObservedCall
from pytest_oao.importers.told_answers import answer_told
from pytest_oao.importers.told_requests import request_told
from pytest_oao.model import provenance
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text

_ECHOED = (
    "tools",
    "tool_choice",
    "response_format",
    "temperature",
    "top_p",
    "presence_penalty",
    "frequency_penalty",
    "seed",
    "max_completion_tokens",
    "reasoning_effort",
    "metadata",
)
_DEFAULTS: dict[str, tuple[JSON, ...]] = {
    "tools": ([],),
    "tool_choice": ("auto", "none"),
    "temperature": (1, 1.0),
    "top_p": (1, 1.0),
    "presence_penalty": (0, 0.0),
    "frequency_penalty": (0, 0.0),
    "metadata": ({},),
}
"""What a stored completion says of a parameter that nobody gave."""


def is_completion(value: JSON) -> bool:
    """Whether a value is a stored chat completion."""
    told = record(value)
    return told.get("object") == "chat.completion" and isinstance(told.get("choices"), list)


def completion_call(part: Part) -> ObservedCall:
    """Return the call of a stored completion."""
    told = record(part.json())
    body: JSONObject = {
        name: told[name] for name in _ECHOED if told.get(name) is not None and told[name] not in _DEFAULTS.get(name, ())
    }
    asked = request_told({**body, "messages": _messages(told.get("messages"))})
    words = {provenance.MODEL, provenance.PARAMETERS, provenance.TOOL_CHOICE, provenance.STREAM}
    return ObservedCall(
        id=part["id"].text(),
        where=part.where,
        asked=replace(asked, model=text(told.get("model"))),
        came=answer_told({key: item for key, item in told.items() if key not in {*_ECHOED, "messages"}}),
        started_at=moment(told.get("created")),
        lacked=frozenset(words | ({provenance.MESSAGES} if not asked.messages else set())),
        original=part.json(),
    )


def _messages(value: JSON) -> list[JSON]:
    """Return the messages: a list, or the page of one; what the API says of each beside is left out."""
    given = records(record(value).get("data")) or records(value)
    return [{key: item for key, item in one.items() if item is not None and key not in _OWN} for one in given]


_OWN = frozenset({"id", "content_parts", "object", "created"})
