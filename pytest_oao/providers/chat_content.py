"""The content of a chat message ⇄ parts."""

from pytest_oao.model.apis import CHAT
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.media_parts import blob, located, url_of
from pytest_oao.providers.native_parts import is_list, native_block, native_part, unread
from pytest_oao.providers.residues import restored, with_residue

API = CHAT
_SOUNDS = {"mp3": "audio/mpeg", "wav": "audio/wav"}
_LISTED: JSONObject = {"message": {"listed": True}}
_FORMATS = {media_type: name for name, media_type in _SOUNDS.items()}


def read_content(content: JSON) -> list[JSONObject]:
    """Return the parts of a content, which is text itself or a list of typed items."""
    if isinstance(content, str):
        return [{"type": "text", "content": content}]
    return [_read(item) for item in records(content)] if is_list(content) else unread(content, API)


def write_content(parts: list[JSONObject]) -> str | list[JSON]:
    """Return the content that says what parts say: text, where they are one and it is no more."""
    items = [item for part in parts if (item := _write(part)) is not None]
    if len(items) == 1 and (only := plain_text(items[0])) is not None:
        return only
    return [*items] if items else ""


def plain_text(item: JSON) -> str | None:
    """Return the text of an item that is text and no more."""
    block = record(item)
    return text(block["text"]) if block.keys() == {"type", "text"} and block["type"] == "text" else None


def is_listed(part: JSONObject) -> bool:
    """Whether a refusal stands in a content: most have a field of their own."""
    return "message" in part


def _read(item: JSONObject) -> JSONObject:
    kind = text(item.get("type"))
    part = _told(kind, record(item.get(kind))) if kind in {"image_url", "input_audio", "file"} else None
    if kind in {"text", "refusal"}:
        part = {"type": kind, "content": text(item.get(kind)), **(_LISTED if kind == "refusal" else {})}
    if part is None:
        return native_part(kind, item, API)
    return with_residue(part, item, _plain(part) or {}, API)


def _told(kind: str, told: JSONObject) -> JSONObject | None:
    """Return the part of an item that keeps what it tells below its type; None where that is of no known shape."""
    if kind == "image_url":
        return located(text(told.get("url")), "image")
    if kind == "input_audio":
        sort = text(told.get("format"))
        return blob(_SOUNDS.get(sort, f"audio/{sort}"), text(told.get("data")), "audio")
    if "file_id" in told:
        return {"type": "file", "modality": "document", "file_id": told["file_id"]}
    data = located(text(told.get("file_data")), "document")
    return data if data["type"] == "blob" else None


def _write(part: JSONObject) -> JSONObject | None:
    plain = native_block(part, API) or _plain(part)
    return None if plain is None else restored(plain, part, API)


def _plain(part: JSONObject) -> JSONObject | None:
    """Return what a part is in the words of this API, None where it has none."""
    match part.get("type"):
        case "text":
            return {"type": "text", "text": text(part.get("content"))}
        case "refusal":
            return {"type": "refusal", "refusal": text(part.get("content"))}
        case "file":
            return {"type": "file", "file": {"file_id": part.get("file_id")}}
        case "blob" | "uri":
            return _medium(part)
    return None


def _medium(part: JSONObject) -> JSONObject:
    kind, url = text(part.get("modality")), url_of(part)
    if kind == "image":
        return {"type": "image_url", "image_url": {"url": url}}
    if part.get("type") == "uri":
        return {"type": "text", "text": url}
    if kind == "audio":
        media_type = text(part.get("mime_type"))
        sort = _FORMATS.get(media_type, media_type.removeprefix("audio/"))
        return {"type": "input_audio", "input_audio": {"data": part.get("content"), "format": sort}}
    return {"type": "file", "file": {"file_data": url}}
