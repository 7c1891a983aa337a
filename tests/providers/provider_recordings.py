"""The recorded traffic of real model APIs that we were given, as requests and answers."""

import base64
import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from pytest_oao.providers.recognition import recognise

SHARED = Path(os.environ.get("OAO_SHARED", Path(__file__).parents[3] / "shared")) / "corpus"
if not SHARED.is_dir():
    pytest.skip("the shared corpus is not here", allow_module_level=True)


@dataclass(frozen=True)
class Recording:
    source: str
    method: str
    url: str
    request: dict
    status: int
    media_type: str
    data: bytes

    @property
    def streamed(self) -> bool:
        return not self.data.lstrip().startswith(b"{")


class _Loader(yaml.SafeLoader):
    """Reads vcrpy's tags as the scalars they stand for."""


def _plain(loader, suffix, node):
    return loader.construct_sequence(node)[0] if isinstance(node, yaml.SequenceNode) else loader.construct_scalar(node)


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", _plain)


def _decoded(data: bytes, encoding: str) -> bytes:
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    if encoding == "br" and data.lstrip()[:1] not in (b"{", b"[", b"d"):
        return pytest.importorskip("brotli").decompress(data)
    return data


def _bytes(value) -> bytes:
    return value if isinstance(value, bytes) else (value or "").encode("utf-8", "surrogatepass")


def _request(text) -> dict:
    try:
        return json.loads(text or "{}")
    except ValueError:  # multipart and protobuf, of calls that are no model's
        return {}


def _header(headers, name: str) -> str:
    found = next((value for key, value in (headers or {}).items() if key.lower() == name), "")
    return (found[0] if found else "") if isinstance(found, list) else found


def _vcr(path: Path) -> Iterator[Recording]:
    raw = path.read_bytes()
    document = yaml.load(gzip.decompress(raw) if path.suffix == ".gz" else raw, _Loader)
    for interaction in document.get("interactions", []):
        asked, got = interaction["request"], interaction["response"]
        body = got.get("body") or ""
        status = got["status"]["code"] if isinstance(got.get("status"), dict) else got["code"]
        yield Recording(
            source=path.name,
            method=asked["method"],
            url=asked.get("uri") or asked["url"],
            request=_request(asked.get("body")),
            status=status,
            media_type=_header(got.get("headers"), "content-type"),
            data=_decoded(
                _bytes(body.get("string") if isinstance(body, dict) else body),
                _header(got.get("headers"), "content-encoding"),
            ),
        )


def _har(path: Path) -> Iterator[Recording]:
    for entry in json.loads(path.read_bytes())["log"]["entries"]:
        asked, got = entry["request"], entry["response"]
        content = got["content"]
        text = content.get("text", "")
        data = base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()
        encoding = next((h["value"] for h in got["headers"] if h["name"].lower() == "content-encoding"), "")
        yield Recording(
            source=path.name,
            method=asked["method"],
            url=asked["url"],
            request=_request(asked.get("postData", {}).get("text")),
            status=got["status"],
            media_type=content.get("mimeType", ""),
            data=_decoded(data, encoding),
        )


def _datadog(path: Path) -> Iterator[Recording]:
    pair = json.loads(path.read_bytes())
    asked, got = pair["request"], pair["response"]
    media_type = _header(got["headers"], "content-type")
    yield Recording(
        path.name, "POST", asked["url"], _request(asked["body"]), got["status"]["code"], media_type, _bytes(got["body"])
    )


def _sse(events) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def _llama_stack(path: Path) -> Iterator[Recording]:
    pair = json.loads(path.read_bytes())
    chunks = [chunk["__data__"] for chunk in pair["response"]["body"]]
    url = pair["request"]["url"]
    if (
        chunks[0]["object"] == "chat.completion.chunk"
    ):  # some are kept under the path that the stack itself was asked at
        url = url.replace("/v1/completions", "/v1/chat/completions")
    yield Recording(path.name, "POST", url, pair["request"]["body"], 200, "text/event-stream", _sse(chunks))


def _chunks(path: Path) -> Iterator[Recording]:
    api = "responses" if path.name.startswith("openai") else "chat/completions"
    url = f"https://example.test/v1/{api}"
    if path.suffix == ".json":
        yield Recording(path.name, "POST", url, {}, 200, "application/json", path.read_bytes())
        return
    events = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    yield Recording(path.name, "POST", url, {"stream": True}, 200, "text/event-stream", _sse(events))


READERS = {
    "vcr-yaml": _vcr,
    "vcr-yaml-gz": _vcr,
    "go-vcr": _vcr,
    "har": _har,
    "dd-test-agent-json": _datadog,
    "llama-stack": _llama_stack,
    "provider-chunks": _chunks,
}


@cache
def recordings() -> tuple[Recording, ...]:
    return tuple(
        recording
        for folder, reader in READERS.items()
        for path in sorted((SHARED / folder).rglob("*"))
        if path.is_file()
        for recording in reader(path)
    )


def model_calls(endpoint: str, *, ok: bool = True) -> list[Recording]:
    found = [(recording, recognise(recording.method, urlsplit(recording.url).path)) for recording in recordings()]
    return [r for r, api in found if api and api.endpoint.endswith(endpoint) and (r.status < 400) is ok]
