"""Content blocks of Anthropic's messages ⇄ parts."""

from pytest_oao.model.apis import MESSAGES
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.media_parts import blob, uri
from pytest_oao.providers.minted_ids import MINTED_SIGNATURE, mint
from pytest_oao.providers.native_parts import is_list, native_block, native_part, unread
from pytest_oao.providers.residues import restored, with_residue
from pytest_oao.providers.tool_arguments import arguments_object, result_text, told_arguments

API = MESSAGES
_MEDIA = {"image": "image", "document": "document"}
"""Type of a block → modality."""
_BESIDE = ("cache_control", "citations", "is_error")
"""What stands beside a part under the name that Anthropic has for it."""


def read_blocks(content: JSON) -> list[JSONObject]:
    """Return the parts of a content, which is text itself or a list of blocks."""
    if isinstance(content, str):
        return [{"type": "text", "content": content}]
    return [_read(block) for block in records(content)] if is_list(content) else unread(content, API)


def write_blocks(parts: list[JSONObject]) -> list[JSON]:
    """Return the blocks that say what parts say; what has no word here is left out."""
    return [block for part in parts if (block := _write(part)) is not None]


def plain_text(block: JSON) -> str | None:
    """Return the text of a block that is text and no more."""
    told = record(block)
    return text(told["text"]) if told.keys() == {"type", "text"} and told["type"] == "text" else None


def normal_content(content: JSON) -> JSON:
    """Return a content in its normal form: one plain text is that text."""
    only = plain_text(content[0]) if isinstance(content, list) and len(content) == 1 else None
    return content if only is None else only


def _read(block: JSONObject) -> JSONObject:
    kind = text(block.get("type"))
    part = _medium(kind, record(block.get("source"))) if kind in _MEDIA else _told(kind, block)
    if part is None:
        return native_part(kind, block, API)
    part |= {key: block[key] for key in _BESIDE if key in block}
    return with_residue(part, block, _plain(part) or {}, API)


def _told(kind: str, block: JSONObject) -> JSONObject | None:
    """Return what a block of text, thought or a tool says, None where it is another."""
    match kind:
        case "text":
            return {"type": "text", "content": text(block.get("text"))}
        case "thinking":
            return {"type": "reasoning", "content": text(block.get("thinking")), **_signed(block)}
        case "redacted_thinking":
            return {"type": "reasoning", "content": "", "redacted_data": block.get("data")}
        case "tool_use":
            asked = told_arguments(block.get("input"))
            return {"type": "tool_call", "id": block.get("id"), "name": text(block.get("name")), **asked}
        case "tool_result":
            result: JSONObject = {"response": block["content"]} if "content" in block else {}
            return {"type": "tool_call_response", "id": block.get("tool_use_id"), **result}
    return None


def _signed(block: JSONObject) -> JSONObject:
    """Return the signature of a thought, where it has one that is not of our own making."""
    signature = text(block.get("signature"))
    return {} if not signature or signature.startswith(MINTED_SIGNATURE) else {"signature": signature}


def _medium(kind: str, source: JSONObject) -> JSONObject | None:
    """Return the part of an image or a document, None where its source is of no known kind."""
    match source.get("type"):
        case "base64":
            return blob(text(source.get("media_type")), text(source.get("data")), _MEDIA[kind])
        case "url":
            return uri(text(source.get("url")), _MEDIA[kind])
        case "file":
            return {"type": "file", "modality": _MEDIA[kind], "file_id": source.get("file_id")}
    return None


def _write(part: JSONObject) -> JSONObject | None:
    plain = native_block(part, API) or _plain(part)
    return None if plain is None else restored(plain, part, API)


def _plain(part: JSONObject) -> JSONObject | None:
    """Return what a part is in the words of this API, None where it has none."""
    block = _spoken(part)
    return None if block is None else block | {key: part[key] for key in _BESIDE if key in part}


def _spoken(part: JSONObject) -> JSONObject | None:
    match part.get("type"):
        case "text" | "refusal":
            return {"type": "text", "text": text(part.get("content"))}
        case "reasoning":
            return _thought(part)
        case "tool_call":
            asked = arguments_object(part)
            return {"type": "tool_use", "id": part.get("id"), "name": part.get("name"), "input": asked}
        case "tool_call_response":
            return {"type": "tool_result", "tool_use_id": part.get("id"), **_result(part)}
        case "blob" | "uri" | "file":
            kind = "image" if part.get("modality") == "image" else "document"
            return {"type": kind, "source": _source(part)}
    return None


def _thought(part: JSONObject) -> JSONObject:
    if "redacted_data" in part:
        return {"type": "redacted_thinking", "data": part["redacted_data"]}
    said = text(part.get("content"))
    return {"type": "thinking", "thinking": said, "signature": part.get("signature") or mint(MINTED_SIGNATURE, said)}


def _result(part: JSONObject) -> JSONObject:
    """Return the content of a tool's result: blocks as they are, anything else as text."""
    if "response" not in part and "result" not in part:
        return {}
    response = part.get("response")
    blocks = isinstance(response, list) and all("type" in record(item) for item in response)
    return {"content": response if blocks else result_text(part)}


def _source(part: JSONObject) -> JSONObject:
    match part.get("type"):
        case "blob":
            return {"type": "base64", "media_type": part.get("mime_type"), "data": part.get("content")}
        case "uri":
            return {"type": "url", "url": part.get("uri")}
    return {"type": "file", "file_id": part.get("file_id")}
