"""What a call and its outcome say, in the words of no provider."""

from collections.abc import Mapping

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import Outcome, Raised, Streamed
from pytest_oao.ports import Reply
from pytest_oao.providers.fields import camel_cased, record
from pytest_oao.providers.hosts import provider_name
from pytest_oao.providers.payloads import loads
from pytest_oao.providers.recognition import Recognised, codec_of


def request_attributes(found: Recognised, host: str, path: str, body: JSON) -> Mapping[str, JSON]:
    """Return the attributes of a model call: who serves it, the model, which the path may name, and its parameters."""
    told: JSONObject = {"gen_ai.provider.name": provider_name(host, path)}
    if found.model:
        told["gen_ai.request.model"] = found.model
    if found.streamed:
        told["gen_ai.request.stream"] = True
    return told | dict(found.provider.describe_request(body))


def describe(call: Call, outcome: Outcome) -> Mapping[str, JSON]:
    """Return the attributes that an outcome tells: `gen_ai.response.*`, `gen_ai.usage.*`, `error.type`."""
    if isinstance(outcome, Raised):
        return {"error.type": outcome.type}
    codec = codec_of(call)
    told = dict(codec.describe_response(outcome.body.data, outcome.body.media_type)) if codec else {}
    if isinstance(outcome, Streamed) and isinstance(outcome.end, Raised):
        told.setdefault("error.type", outcome.end.type)
    if outcome.head and outcome.head.failed:
        told.setdefault("error.type", str(outcome.head.status))
    return told


def reply(call: Call, outcome: Outcome) -> Reply:
    """Return what a model answered; an empty reply where it is no model's, or no answer came."""
    codec = codec_of(call)
    if codec is None or isinstance(outcome, Raised):
        return Reply()
    return codec.reply(outcome.body.data, outcome.body.media_type)


def replied(exchange: Exchange) -> Reply:
    """Return what a model said in an exchange, which reports show in place of its bytes."""
    return reply(exchange.call, exchange.outcome)


def tools_of(call: Call) -> list[JSON]:
    """Return the tool definitions that a model call offers, as its API writes them; none of other calls."""
    return tools_in(record(loads(call.body.data))) if codec_of(call) else []


def tools_in(body: JSONObject) -> list[JSON]:
    """Return the tool definitions in a request, the former `functions` too.

    Bedrock keeps them in `toolConfig`, and Gemini several functions in one tool.
    """
    listed = (body.get("tools"), body.get("functions"), record(body.get("toolConfig")).get("tools"))
    return [one for tools in listed if isinstance(tools, list) for tool in tools for one in _functions(tool)]


def _functions(tool: JSON) -> list[JSON]:
    declared = camel_cased(tool).get("functionDeclarations")
    return declared if isinstance(declared, list) else [tool]
