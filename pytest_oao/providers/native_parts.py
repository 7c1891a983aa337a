"""Parts that hold a piece of one provider's JSON as it is: other providers' APIs have no word for it."""

from collections.abc import Iterable

from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.providers.fields import record, text

MESSAGE = "message"
"""The type of a part that says nothing, but keeps what a native message has beside its content."""

CHOICE = "choice"
"""The same of what a choice, or a candidate, has beside its message."""


def native_part(kind: str, block: JSONObject, api: str) -> JSONObject:
    """Return the part that keeps a block of an API."""
    return {"type": kind, "provider_part": block, "api": api}


def native_block(part: JSONObject, api: str) -> JSONObject | None:
    """Return the block that a part keeps, None where it keeps none, or one of another API."""
    block = part.get("provider_part")
    return block if isinstance(block, dict) and part.get("api", api) == api else None


def kept_fields(parts: Iterable[JSONObject], kind: str, api: str) -> JSONObject:
    """Return what the parts of a type keep of an API's message."""
    kept: JSONObject = {}
    for part in parts:
        if part.get("type") == kind:
            kept |= record(native_block(part, api))
    return kept


def of_type(parts: Iterable[JSONObject], *kinds: str) -> list[JSONObject]:
    """Return the parts of some types."""
    return [part for part in parts if text(part.get("type")) in kinds]
