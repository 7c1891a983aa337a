"""Parts that hold a piece of one provider's JSON as it is: other providers' APIs have no word for it."""

from collections.abc import Iterable

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text

MESSAGE = "message"
"""The type of a part that says nothing, but keeps what a native message has beside its content."""

CHOICE = "choice"
"""The same of what a choice, or a candidate, has beside its message."""

UNREAD = "unread"
"""The type of a part that keeps a whole content that its API does not have: it is compared and shown as it is."""


def native_part(kind: str, block: JSONObject, api: str) -> JSONObject:
    """Return the part that keeps a block of an API."""
    return {"type": kind, "provider_part": block, "api": api}


def is_list(content: JSON) -> bool:
    """Whether a content is a list of objects, as every API has it."""
    return isinstance(content, list) and len(records(content)) == len(content)


def unread(content: JSON, api: str) -> list[JSONObject]:
    """Return the part of a content that an API does not have; none where there is no content."""
    return [] if content is None else [{"type": UNREAD, "provider_part": content, "api": api}]


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
