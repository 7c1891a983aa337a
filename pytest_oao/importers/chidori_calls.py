"""Chidori's host functions but for prompts → tools, HTTP, and what people answered."""

from urllib.parse import urlencode, urlsplit, urlunsplit

from pytest_oao.cassette.encodings import compact
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.observations import Came, Native, Question, ToldCall, ToolUse, Value
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import Raised
from pytest_oao.providers.fields import encodable, record, text

_OWN = frozenset({"log", "mark", "step", "template", "crypto.random"})
_OWN |= {"spawn_actor", "send_actor", "receive", "stop_actor", "actor_status", "whereis"}
"""What the runtime does for itself: it computes, marks its trace, draws random bytes, and talks between its actors."""
_SIGNALS = frozenset({"signal", "signal_any", "poll_signal"})
_FAILED = "Error"
_JSON = "application/json"


def told_call(call: Part) -> ToldCall | None:
    """Return the call that a record tells of; None for what the runtime does for itself."""
    function = call["function"].text()
    args = call["args"]
    if function in _OWN:
        return None
    if function == "http":
        return _http(call)
    if function == "input":
        return ToldCall(Question(args["prompt"].text("")), _came(call))
    if function in _SIGNALS:
        names = record(args.json()).get("names") or record(args.json()).get("name")
        return ToldCall(Question(_listed(names), "signal"), _came(call))
    if function == "tool":
        return ToldCall(ToolUse(args["name"].text(), args["kwargs"].json()), _came(call))
    return ToldCall(ToolUse(function, args.json()), _came(call))


def _listed(names: JSON) -> str:
    return ", ".join(map(str, names)) if isinstance(names, list) else text(names)


def _came(call: Part) -> Came:
    return Raised(_FAILED, call["error"].text()) if "error" in call else Value(call["result"].json())


def _http(call: Part) -> ToldCall:
    args, result = call["args"], record(call["result"].json())
    body = args["body"].json()
    sent = b"" if body is None else body.encode("utf-8", "replace") if isinstance(body, str) else compact(body)
    given = _media_type(record(args["headers"].json())) or _JSON
    asked = Native(sent, _url(args), given, method=args["method"].text("GET").upper())
    failed = call["error"].text("") or text(result.get("error"))
    if failed:
        return ToldCall(asked, Raised("TransportError", failed))
    status = result.get("status")
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:  # noqa: PLR2004 - HTTP's
        call["result"]["status"].refuse("an HTTP status")
    return ToldCall(asked, _answer(result, status))


def _answer(result: JSONObject, status: int) -> Native:
    """Return the answer: JSON was parsed, anything else is text."""
    body = result.get("body")
    plain = isinstance(body, str)
    kind = _media_type(record(result.get("headers"))) or ("text/plain; charset=utf-8" if plain else _JSON)
    data = body.encode("utf-8", "replace") if isinstance(body, str) else b"" if body is None else compact(body)
    return Native(data, media_type=kind, status=status)


def _media_type(headers: JSONObject) -> str:
    return next((text(value) for name, value in headers.items() if name.lower() == "content-type"), "")


def _written(value: JSON) -> bytes:
    return encodable(value).encode() if isinstance(value, str) else compact(value)


def _url(args: Part) -> str:
    """Return the address with the parameters that were given beside it."""
    url = args["url"].text()
    params = {name: one.json() for name, one in args["params"].fields()}
    if not params:
        return url
    query = urlencode({encodable(name): _written(one) for name, one in params.items()})
    try:
        parts = urlsplit(url)
    except ValueError:
        args["url"].refuse("a URL")
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, query)))))
