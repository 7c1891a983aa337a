"""What an imported session says of platform_scenario.py, in one form for every platform, beside what was said.

    assert differences(session, "openai.chat") == []

Two calls are equal where they say the same but for what their export declares that it lacks.
"""

import json
import re

import platform_scenario as scenario

from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model import provenance
from pytest_oao.model.kinds import TOOL
from pytest_oao.providers import neutral
from pytest_oao.providers.codecs import codec_for
from pytest_oao.providers.payloads import loads

ANSWER, ASKED_TOOLS, FAILED = "answer", "asked tools", "status"
"""What no export may lack."""
WEATHER, TIME = scenario.CALLS
RESULTS = [(0, scenario.WEATHER), (1, scenario.TIME)]
CALLS = [(call["name"], call["arguments"]) for call in scenario.CALLS]


def truth(api):
    """Return what was said, call by call, in the words of no platform."""
    asked = [("user", scenario.QUESTION, [], [])]
    first = ("assistant", scenario.BEFORE_TOOLS, CALLS, [])
    second = [*asked, first, ("tool", "", [], RESULTS)]
    third = [*second, ("assistant", scenario.ANSWER, [], []), ("user", scenario.FOLLOW_UP, [], [])]
    ids = {"openai.chat": "chatcmpl-{}", "openai.responses": "resp_{}", "anthropic.messages": "msg_{}"}[api]
    return [
        _model(api, asked, {ANSWER: scenario.BEFORE_TOOLS, ASKED_TOOLS: CALLS} | _answer("tool_call", ids.format(1))),
        *({"tool": call["name"], "arguments": call["arguments"], "result": result} for call, (_, result) in _ran()),
        _model(api, second, {ANSWER: scenario.ANSWER, ASKED_TOOLS: []} | _answer("stop", ids.format(2)), stream=True),
        _model(api, third, {FAILED: 429}),
    ]


def _ran():
    return zip(scenario.CALLS, RESULTS, strict=True)


def _answer(reason, name):
    usage = {"input_tokens": 42, "output_tokens": 15, "cached_tokens": 8}
    return {provenance.FINISH_REASON: reason, provenance.RESPONSE_ID: name, provenance.USAGE: usage}


def _model(api, messages, answer, *, stream=False):
    anthropic = api.startswith("anthropic")
    temperature = {} if anthropic else {"gen_ai.request.temperature": scenario.TEMPERATURE}
    return {
        provenance.MODEL: scenario.MODELS["anthropic" if anthropic else "openai"][0],
        provenance.SYSTEM: scenario.SYSTEM,
        provenance.MESSAGES: messages,
        provenance.TOOLS: sorted((one["name"], one["description"], _schema(one)) for one in scenario.DEFINITIONS),
        provenance.PARAMETERS: {**temperature, "gen_ai.request.max_tokens": scenario.MAX_TOKENS},
        provenance.STREAM: stream,
        **answer,
    }


def _schema(tool):
    """Return what a tool takes: what frameworks write around it (titles, defaults) is theirs."""
    properties = (tool.get("parameters") or {}).get("properties") or {}
    return sorted((name, one.get("type")) for name, one in properties.items())


def told(session):
    """Return what a session says, call by call, each without what its export lacks."""
    lacked = {importer.name: getattr(importer, "lacked", ()) for importer in IMPORTERS}[session.header.origin.format]
    return [(_told(one), {*lacked, *one.provenance.lacked}) for one in session.exchanges]


def _told(exchange):
    call, body = exchange.call, exchange.call.body.data
    if call.kind == TOOL:
        return {"tool": call.target, "arguments": loads(body), "result": _value(_returned(exchange.outcome))}
    if call.body.media_type == neutral.MEDIA_TYPE:
        request = neutral.request_of(loads(body))
    else:
        request = codec_for(call.target).read_request(loads(body), call.target.partition(" ")[2])
    parameters = {name: value for name, value in request.parameters.items() if name in _COMPARED}
    return {
        provenance.MODEL: request.model,
        provenance.SYSTEM: "".join(part.get("content", "") for part in request.system),
        provenance.MESSAGES: _messages(request.messages),
        provenance.TOOLS: sorted((one["name"], one.get("description"), _schema(one)) for one in request.tools),
        provenance.PARAMETERS: parameters,
        provenance.STREAM: request.stream,
        **_answered(exchange),
    }


_COMPARED = {"gen_ai.request.temperature", "gen_ai.request.max_tokens"}


def _returned(outcome):
    return loads(outcome.body.data)


def _answered(exchange):
    outcome = exchange.outcome
    if outcome.body.media_type == neutral.MEDIA_TYPE:
        failure = neutral.failure_of(loads(outcome.body.data))
        if failure:
            return {FAILED: failure.status}
        response = neutral.response_of(loads(outcome.body.data))
    elif outcome.head.status != 200:
        return {FAILED: outcome.head.status}
    else:
        response = codec_for(exchange.call.target).read_response(outcome.body.data, outcome.body.media_type)
    (choice,) = response.choices
    (_, text, calls, _) = _message(choice, {})
    counted = ((name, getattr(response.usage, name)) for name in ("input_tokens", "output_tokens", "cached_tokens"))
    usage = {name: tokens for name, tokens in counted if tokens is not None}
    return {
        ANSWER: text,
        ASKED_TOOLS: calls,
        provenance.FINISH_REASON: choice.finish_reason,
        provenance.RESPONSE_ID: response.id,
        provenance.USAGE: usage,
    }


def _messages(messages):
    """Return the messages, those that follow each other in one role as one; tool calls by their place."""
    ids, found = {}, []
    for message in messages:
        role, text, calls, results = _message(message, ids)
        for role_of, *rest in (("tool", "", [], results),) if results else ():
            _joined(found, role_of, *rest)
        if text or calls or not results:
            _joined(found, role, text, calls, [])
    return found


def _joined(found, role, text, calls, results):
    if found and found[-1][0] == role:
        _, before, called, came = found.pop()
        text, calls, results = before + text, called + calls, came + results
    found.append((role, text, calls, results))


def _message(message, ids):
    text, calls, results = "", [], []
    for part in message.parts:
        if part["type"] == "text":
            text += part["content"]
        elif part["type"] == "tool_call":
            ids.setdefault(part.get("id"), len(ids))
            calls.append((part["name"], _value(part["arguments"])))
        elif part["type"] == "tool_call_response":
            results.append((ids.get(part.get("id")), _value(part.get("response"))))
    return message.role, text, calls, results


def _value(value):
    """Return a value that may stand as JSON text, or as what Python prints of it, as what it is."""
    if isinstance(value, list) and all(isinstance(one, dict) and "content" in one for one in value):
        value = "".join(one["content"] for one in value)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return json.loads(value.replace("'", '"')) if re.fullmatch(r"\{'.*\}", value) else value


def differences(session, api):
    """Return what a session says otherwise than it was said."""
    expected, came = truth(api), told(session)
    if len(expected) != len(came):
        return [f"{len(came)} calls, not {len(expected)}: {[one for one, _ in came]}"]
    return [
        f"call {seq}: {name}: {one.get(name)!r}, not {value!r}"
        for seq, (was, (one, lacked)) in enumerate(zip(expected, came, strict=True), 1)
        for name, value in was.items()
        if not _agrees(name, one.get(name), value, lacked)
    ]


def _agrees(name, came, was, lacked):
    """Whether two sides say the same; of a usage, and of parameters that may be incomplete, what is there."""
    if name in lacked and name == provenance.USAGE:
        return True
    if name == provenance.USAGE or (name == provenance.PARAMETERS and name in lacked):
        return isinstance(came, dict) and came.items() <= was.items()
    return name in lacked or came == was
