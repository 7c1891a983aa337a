"""What an answer has beyond OpenTelemetry's names: only the API that it came from takes all of it back."""

from pytest_oao.model.conversations import ModelResponse
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.providers.fields import number

_API = "api"


def own_extra(answer: ModelResponse, api: str) -> JSONObject:
    """Return what is beyond, where the answer came from this API: nothing where from another, or nobody knows."""
    if answer.extra.get(_API) != api:
        return {}
    return {key: value for key, value in answer.extra.items() if key != _API}


def shared_extra(answer: ModelResponse, created: str) -> JSONObject:
    """Return what every API has a word for: when the answer was made, in seconds since the epoch."""
    found = (number(answer.extra.get(name)) for name in ("created", "created_at"))
    at = next((one for one in found if one is not None), None)
    return {created: int(at)} if at is not None else {}
