"""What each agent of an ADK session sees of the others: their words, told to it as the user's."""

from collections.abc import Iterator

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import camel_cased, record, records, text

_CONTEXT = "For context:"


def parts_of(event: JSONObject) -> list[JSONObject]:
    """Return the parts of an event, whichever way its keys are spelled."""
    return [camel_cased(part) for part in records(record(event.get("content")).get("parts"))]


def is_visible(event: JSONObject, branch: str) -> bool:
    """Whether agents of a branch see an event: those of the branches that it came from, and of none."""
    own = text(event.get("branch"))
    return not own or branch == own or branch.startswith(f"{own}.")


def content_for(event: JSONObject, agent: str) -> JSONObject | None:
    """Return what an event says to an agent's model; None where that is nothing."""
    author = text(event.get("author"))
    parts = [part for part in parts_of(event) if part.get("thought") is not True or author == agent]
    if not parts:
        return None
    if author in {"user", agent}:
        own: list[JSON] = [*parts]
        return {"role": text(record(event.get("content")).get("role")) or "user", "parts": own}
    told: list[JSON] = [{"text": _CONTEXT}, *(said for part in parts for said in _told(part, author))]
    return {"role": "user", "parts": told} if len(told) > 1 else None


def _told(part: JSONObject, author: str) -> Iterator[JSONObject]:
    """Yield a part of another agent's in ADK's words, which write arguments and results as Python does."""
    call, answer = record(part.get("functionCall")), record(part.get("functionResponse"))
    if said := text(part.get("text")):
        yield {"text": f"[{author}] said: {said}"}
    elif call:
        yield {"text": f"[{author}] called tool `{call.get('name')}` with parameters: {call.get('args')}"}
    elif answer:
        yield {"text": f"[{author}] `{answer.get('name')}` tool returned result: {answer.get('response')}"}
    elif part:
        yield part
