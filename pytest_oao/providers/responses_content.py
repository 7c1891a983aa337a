"""The content of a message of OpenAI's Responses ⇄ parts."""

from pytest_oao.model.apis import RESPONSES
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.media_parts import located, url_of
from pytest_oao.providers.native_parts import is_list, native_block, native_part
from pytest_oao.providers.residues import restored, with_residue

API = RESPONSES
_TEXTS = frozenset({"input_text", "output_text", "text"})
_SAYS_NOTHING: tuple[JSON, ...] = ([], None)
_BESIDE_TEXT = frozenset({"annotations", "logprobs"})


def read_content(content: JSON, role: str) -> list[JSONObject]:
    """Return the parts of a content, which is text itself or a list of typed items; none of any other."""
    if isinstance(content, str):
        return [{"type": "text", "content": content}]
    return [_read(item, role) for item in records(content)] if is_list(content) else []


def write_content(parts: list[JSONObject], role: str) -> list[JSON]:
    """Return the items that say what parts say; what has no word here is left out."""
    return [item for part in parts if (item := _write(part, role)) is not None]


def normal_item(item: JSON) -> JSON:
    """Return an item in its normal form: the text of an answer has a list of annotations, and no empty other one."""
    told = record(item)
    if told.get("type") != "output_text":
        return item
    kept: JSONObject = {key: value for key, value in told.items() if key != "logprobs" or value}
    return kept | {"annotations": told.get("annotations") or []}


def plain_text(item: JSON) -> str | None:
    """Return the text of an item that is text and no more."""
    told = record(item)
    if text(told.get("type")) not in _TEXTS or told.keys() - {"type", "text"} - _BESIDE_TEXT:
        return None
    return text(told.get("text")) if all(told.get(key) in _SAYS_NOTHING for key in _BESIDE_TEXT) else None


def _read(item: JSONObject, role: str) -> JSONObject:
    kind = text(item.get("type"))
    part = _told(kind, item)
    return native_part(kind, item, API) if part is None else with_residue(part, item, _plain(part, role) or {}, API)


def _told(kind: str, item: JSONObject) -> JSONObject | None:
    """Return the part of an item, None where it is of no known shape."""
    if kind in _TEXTS:
        cited: JSONObject = {"annotations": item["annotations"]} if item.get("annotations") else {}
        return {"type": "text", "content": text(item.get("text")), **cited}
    if kind == "refusal":
        return {"type": "refusal", "content": text(item.get("refusal"))}
    if kind not in {"input_image", "input_file"}:
        return None
    modality, url = ("image", "image_url") if kind == "input_image" else ("document", "file_url")
    if isinstance(item.get("file_id"), str):
        return {"type": "file", "modality": modality, "file_id": item["file_id"]}
    at = item.get(url) or item.get("file_data")
    return located(at, modality) if isinstance(at, str) else None


def _write(part: JSONObject, role: str) -> JSONObject | None:
    plain = native_block(part, API) or _plain(part, role)
    return None if plain is None else restored(plain, part, API)


def _plain(part: JSONObject, role: str) -> JSONObject | None:
    """Return what a part is in the words of this API, None where it has none."""
    match part.get("type"):
        case "text":
            said = text(part.get("content"))
            if role != "assistant":
                return {"type": "input_text", "text": said}
            return {"type": "output_text", "text": said, "annotations": part.get("annotations", [])}
        case "refusal":
            return {"type": "refusal", "refusal": text(part.get("content"))}
        case "blob" | "uri" | "file":
            return _medium(part)
    return None


def _medium(part: JSONObject) -> JSONObject:
    image = part.get("modality") == "image"
    kind = "input_image" if image else "input_file"
    match part.get("type"):
        case "file":
            return {"type": kind, "file_id": part.get("file_id")}
        case "uri":
            return {"type": kind, "image_url" if image else "file_url": url_of(part)}
    return {"type": kind, "image_url" if image else "file_data": url_of(part)}
