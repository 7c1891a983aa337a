"""What a caller gave an SDK's method → what the SDK sent: some arguments are about the sending."""

from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.providers.fields import record

_SENDING = frozenset({"extra_headers", "extra_query", "extra_body", "timeout", "betas", "http_client"})
"""`betas` of Anthropic's go into a header; a client is given to LiteLLM's functions."""


def wire_body(arguments: JSONObject) -> JSONObject:
    """Return the body of the request: without arguments about its sending, and with what was added to it by hand."""
    sent = {name: value for name, value in arguments.items() if name not in _SENDING}
    return sent | record(arguments.get("extra_body"))
