"""Bodies in an HTTP archive."""

import json
from base64 import b64decode
from urllib.parse import urlencode

from pytest_oao.errors import UnreadableFile
from pytest_oao.importers.foreign import REMEDY, Part


def request_body(request: Part) -> bytes | None:
    """Return the bytes sent; None where there were some and the archive has none."""
    posted = request["postData"]
    if posted.value is None:
        return None if _counts(request["bodySize"]) else b""
    if "text" in posted:
        return _bytes(posted)
    pairs = [(item["name"].text(""), item["value"].text("")) for item in posted["params"].items()]
    if pairs and "multipart" not in posted["mimeType"].text(""):
        return urlencode(pairs).encode()
    return None if pairs or _counts(request["bodySize"]) else b""


def response_body(response: Part) -> bytes | None:
    """Return the bytes received; None where there were some and the archive has none."""
    content = response["content"]
    if content.value is not None and "text" in content:
        return _bytes(content)
    size = content["size"] if content.value is not None else response["bodySize"]
    return None if _counts(size) or _counts(response["bodySize"]) else b""


def is_compressed(response: Part) -> bool:
    """Whether a body stands there as it travelled: archives are to hold it decoded, but Polly.js lists its chunks."""
    content = response["content"]
    return (
        content.value is not None
        and "text" in content
        and content["text"].text().startswith("[")
        and _is_coded(content)
    )


def _counts(size: Part) -> bool:
    return isinstance(size.value, int | float) and size.value > 0


def _bytes(content: Part) -> bytes:
    text = content["text"].text()
    if not _is_coded(content):
        return text.encode()
    encoding = content["encoding"].text("").lower()
    if text.startswith("["):  # Polly.js lists the chunks of a compressed body
        chunks = Part(_parsed(text, content), content["text"].where).items()
        return b"".join(_decoded(chunk.text(), encoding or "hex", chunk) for chunk in chunks)
    return _decoded(text, encoding or "base64", content)


def _is_coded(content: Part) -> bool:
    return content["_isBinary"].value is True or content["encoding"].text("").lower() == "base64"


def _parsed(text: str, content: Part) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"not JSON: {error}", where=content.where, remedy=REMEDY) from error
    return value


def _decoded(text: str, encoding: str, part: Part) -> bytes:
    try:
        return bytes.fromhex(text) if encoding == "hex" else b64decode(text)
    except ValueError as error:
        raise UnreadableFile(f"not {encoding}: {error}", where=part.where, remedy=REMEDY) from error
