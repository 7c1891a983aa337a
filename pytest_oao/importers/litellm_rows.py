"""Rows of LiteLLM's table of SpendLogs, whose fields are JSON in text, to the payloads that its callbacks are given."""

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, text
from pytest_oao.providers.payloads import loads

_NOT_SENT = frozenset({"metadata", "litellm_metadata", "proxy_server_request", "litellm_logging_obj", "user_api_key"})
"""What the proxy adds to a request that it keeps."""


def payload_of_row(row: JSONObject) -> JSONObject:
    """Return the payload of a row; `row` in it is the row itself."""
    metadata, kept = record(_value(row.get("metadata"))), record(_value(row.get("proxy_server_request")))
    body = record(kept.get("body")) or kept
    sent: JSONObject = {key: item for key, item in body.items() if key not in _NOT_SENT}
    messages = _value(row.get("messages")) or sent.pop("messages", None)
    payload: JSONObject = {
        **row,
        "row": row,
        "id": row.get("request_id"),
        "messages": messages,
        "model_parameters": {key: item for key, item in sent.items() if key not in ("messages", "model")},
        "response": _value(row.get("response")),
        "response_cost": row.get("spend"),
        "metadata": metadata,
        "request_tags": _value(row.get("request_tags")),
        "status": row.get("status") or metadata.get("status"),
        "error_information": metadata.get("error_information"),
    }
    return payload | ({"model": asked} if (asked := text(sent.get("model"))) else {})


def _value(value: JSON) -> JSON:
    """Return what a field holds: the table's exports have JSON in text, its API has it parsed."""
    return loads(value) if isinstance(value, str) and value[:1] in ("{", "[", '"') else value
