"""Parts of Gemini's contents ⇄ parts of OpenTelemetry's."""

from base64 import b64decode

from pytest_oao.model.apis import GEMINI
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.providers.fields import camel_cased, record, text
from pytest_oao.providers.media_parts import blob, modality, uri
from pytest_oao.providers.native_parts import native_block, native_part
from pytest_oao.providers.residues import restored, with_residue
from pytest_oao.providers.tool_arguments import arguments_object, result_of

API = GEMINI
_KINDS = ("functionCall", "functionResponse", "inlineData", "fileData")
"""Fields that make a part what it is, each with an object; text is the other one."""
_SIGNATURE = "thoughtSignature"
_SEALED = frozenset({"encrypted_content", "redacted_data"})
"""Where other APIs keep a thought that is not open."""


def normal_part(part: JSONObject) -> JSONObject:
    """Return a part in its normal form: as Google's own JSON spells it, and a call with arguments, if only none."""
    told = camel_cased(part)
    named: JSONObject = {kind: camel_cased(told[kind]) for kind in _KINDS if isinstance(told.get(kind), dict)}
    if "functionCall" in named:
        named["functionCall"] = {"args": {}, **record(named["functionCall"])}
    return told | named


def read_part(native: JSONObject) -> JSONObject:
    """Return what a part says."""
    part = _told(native)
    if part is None:
        return native_part(next(iter(native), "part"), native, API)
    part |= {"signature": native[_SIGNATURE]} if _SIGNATURE in native else {}
    return with_residue(part, native, _plain(part, {}) or {}, API)


def write_part(part: JSONObject, names: dict[str, str]) -> JSONObject | None:
    """Return the part that says the same here, None where there is none; `names` are those of tools by their calls."""
    plain = native_block(part, API) or _plain(part, names)
    return None if plain is None else restored(plain, part, API)


def _told(native: JSONObject) -> JSONObject | None:
    """Return the part of OpenTelemetry's, None where a part is of no known kind."""
    if isinstance(native.get("text"), str):
        return {"type": "reasoning" if native.get("thought") is True else "text", "content": native["text"]}
    kind = next((kind for kind in _KINDS if isinstance(native.get(kind), dict)), "")
    told = record(native.get(kind))
    named: JSONObject = {key: told[key] for key in ("id",) if key in told}
    match kind:
        case "functionCall":
            return {"type": "tool_call", **named, "name": text(told.get("name")), "arguments": told.get("args")}
        case "functionResponse":
            name = text(told.get("name"))
            return {"type": "tool_call_response", **named, "name": name, "response": told.get("response")}
        case "inlineData":
            return blob(text(told.get("mimeType")), text(told.get("data")))
        case "fileData":
            media_type = text(told.get("mimeType"))
            typed: JSONObject = {"mime_type": media_type} if media_type else {}
            return uri(text(told.get("fileUri")), modality(media_type)) | typed
    return None


def _plain(part: JSONObject, names: dict[str, str]) -> JSONObject | None:
    """Return what a part is in the words of this API, None where it has none."""
    said = _said(part, names)
    signature = text(part.get("signature"))
    return said | {_SIGNATURE: signature} if said is not None and _is_base64(signature) else said


def _said(part: JSONObject, names: dict[str, str]) -> JSONObject | None:
    match part.get("type"):
        case "text" | "refusal":
            return {"text": text(part.get("content"))}
        case "reasoning":
            said = text(part.get("content"))
            return None if not said and part.keys() & _SEALED else {"text": said, "thought": True}
        case "tool_call":
            return {"functionCall": {**_id_of(part), "name": part.get("name"), "args": arguments_object(part)}}
        case "tool_call_response":
            name = part.get("name") or names.get(text(part.get("id")), "")
            return {"functionResponse": {**_id_of(part), "name": name, "response": _result(part)}}
    return _medium(part)


def _medium(part: JSONObject) -> JSONObject | None:
    """Return an image, sound or a file, or where it lies; None where a part is none of them."""
    if part.get("type") == "blob":
        return {"inlineData": {"mimeType": part.get("mime_type"), "data": part.get("content")}}
    at = part.get("uri", part.get("file_id"))
    typed: JSONObject = {"mimeType": part["mime_type"]} if "mime_type" in part else {}
    return {"fileData": {"fileUri": at, **typed}} if isinstance(at, str) else None


def _id_of(part: JSONObject) -> JSONObject:
    return {"id": part["id"]} if part.get("id") else {}


def _result(part: JSONObject) -> JSONObject:
    """Return what a tool answered as an object, which is all that this API takes."""
    response = result_of(part)
    return response if isinstance(response, dict) else {"result": response}


def _is_base64(signature: str) -> bool:
    """Whether a signature is one that the SDK can read: those that are not are other APIs'."""
    try:
        return bool(b64decode(signature.replace("-", "+").replace("_", "/"), validate=True))
    except ValueError:
        return False
