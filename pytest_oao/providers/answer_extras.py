"""What an answer has beyond OpenTelemetry's names: only the API that it came from takes all of it back."""

from pytest_oao.model.conversations import ModelResponse
from pytest_oao.model.jsontypes import JSON, JSONObject

_API = "api"


def own_extra(answer: ModelResponse, api: str) -> JSONObject:
    """Return what is beyond, where the answer came from this API: nothing where from another, or nobody knows."""
    if answer.extra.get(_API) != api:
        return {}
    return {key: value for key, value in answer.extra.items() if key != _API}


def shared_extra(answer: ModelResponse, created: str) -> JSONObject:
    """Return what every API has a word for: when the answer was made, in seconds since the epoch."""
    found = (answer.extra.get(name) for name in ("created", "created_at"))
    at: JSON = next((one for one in found if isinstance(one, int | float)), None)
    return {created: int(at)} if isinstance(at, int | float) else {}
