"""Images, sound and files in messages: their data, or where it lies."""

import re

from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.providers.fields import text

_DATA_URL = re.compile(r"data:([^,;]+);base64,(.*)", re.DOTALL)
_MODALITIES = ("image", "audio", "video")


def modality(media_type: str) -> str:
    """Return `modality` of a media type."""
    kind = media_type.partition("/")[0]
    return kind if kind in _MODALITIES else "document"


def blob(media_type: str, data: str, kind: str = "") -> JSONObject:
    """Return the part of data in base64."""
    return {"type": "blob", "mime_type": media_type, "modality": kind or modality(media_type), "content": data}


def uri(address: str, kind: str) -> JSONObject:
    """Return the part of what lies at an address."""
    return {"type": "uri", "modality": kind, "uri": address}


def located(url: str, kind: str) -> JSONObject:
    """Return the part of a URL, which may carry the data itself."""
    found = _DATA_URL.fullmatch(url)
    return blob(found[1], found[2], kind) if found else uri(url, kind)


def url_of(part: JSONObject) -> str:
    """Return the URL of a part, made of its data where it has that."""
    if part.get("type") == "blob":
        return f"data:{text(part.get('mime_type'))};base64,{text(part.get('content'))}"
    return text(part.get("uri"))
