"""What an MCP server was asked, and what came back, as text: messages as who says what, lists by their names."""

import json
from collections.abc import Iterator
from typing import cast

from pytest_oao.diff.messages import said
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import Outcome, Raised, Streamed
from pytest_oao.report.layout import counted

_LISTS = {"tools": "name", "prompts": "name", "resources": "uri", "resourceTemplates": "uriTemplate", "roots": "uri"}
"""Results that list things, and what each of those goes by."""
_TALKED = ("content", "contents", "messages")


def asked(call: Call) -> str | None:
    """Return what a tool is given, or what the client answers; None where a call of MCP is another."""
    body = _parsed(call.body)
    if not isinstance(body, dict):
        return None
    if call.target.startswith("tools/call "):
        return json.dumps(body.get("arguments") or {}, ensure_ascii=False)
    return _result(body["result"]) if call.target.startswith("answer ") and "result" in body else None


def came(outcome: Outcome) -> str | None:
    """Return what a server said, a line a message, and what it answered at last; None where that is no MCP's."""
    if isinstance(outcome, Raised):
        return None
    if not isinstance(outcome, Streamed):
        return _result(_parsed(outcome.body)) if outcome.body.data else ""
    messages = [_parsed(Body(line)) for line in outcome.body.data.splitlines()]
    lines = [_message(message) for message in messages if isinstance(message, dict)]
    if isinstance(outcome.end, Raised):
        lines.append(f"raised {outcome.end.type}: {outcome.end.message}")
    return "\n".join(lines)


def _message(message: JSONObject) -> str:
    if "method" not in message:
        return f"→ {_result(message.get('result'))}"
    params = message.get("params")
    text = _told(params) if isinstance(params, dict) else ""
    return f"← {message['method']}" + (f": {text}" if text else "")


def _told(params: JSONObject) -> str:
    """Return what a request or notification of a server says."""
    if isinstance(params.get("message"), str):  # a question, or how far it is
        progress = f"{params['progress']}/{params.get('total')} " if "progress" in params else ""
        return f"{progress}{params['message']}"
    return _result({key: value for key, value in params.items() if key != "_meta"})


def _result(result: JSON) -> str:
    """Return a result, or the parameters of a request, as text."""
    if not isinstance(result, dict):
        return json.dumps(result, ensure_ascii=False)
    for key, name in _LISTS.items():
        listed = result.get(key)
        if isinstance(listed, list):
            return f"{counted(len(listed), key[:-1])}: {', '.join(_named(one, name) for one in listed)}"
    talked = next((result[key] for key in _TALKED if isinstance(result.get(key), list)), None)
    text = "\n".join(_parts(cast("list[JSON]", talked))) if talked else ""
    if not text:
        return json.dumps(result, ensure_ascii=False)
    return f"failed: {text}" if result.get("isError") is True else text


def _parts(talked: list[JSON]) -> Iterator[str]:
    for part in talked:
        data = (part.get("data") or part.get("blob")) if isinstance(part, dict) else None
        if isinstance(part, dict) and isinstance(data, str):
            yield f"({part.get('mimeType') or part.get('type') or 'content'}, {len(data):,} characters of base64)"
        elif text := said(part):
            role = part.get("role") if isinstance(part, dict) else None
            yield f"{role}: {text}" if isinstance(role, str) else text
        elif isinstance(part, dict):
            yield f"({part.get('mimeType') or part.get('type') or 'content'})"


def _named(one: JSON, name: str) -> str:
    return str(one.get(name)) if isinstance(one, dict) else str(one)


def _parsed(body: Body) -> JSON:
    try:
        return body.json()
    except ValueError:
        return None
