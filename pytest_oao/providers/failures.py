"""The `error.type` that an answer tells."""

from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.providers.fields import record, word


def error_type(answer: JSONObject) -> JSONObject:
    """Return `error.type` of an error body, and nothing of any other.

    OpenAI's `code` says more than its `type` (`invalid_api_key`, an `invalid_request_error`); where it only repeats the
    status (vLLM, Azure), the type is told, which Google calls `status` (`RESOURCE_EXHAUSTED`).
    """
    error = record(answer.get("error"))
    code, kind = word(error.get("code")), word(error.get("type")) or word(error.get("status"))
    found = code if code and not code.isdigit() else kind
    return {"error.type": found} if found and found != "error" else {}
