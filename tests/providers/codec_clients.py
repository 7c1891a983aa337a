"""Clients of the official SDKs, of whichever major is here, that are served by a codec without a network."""

import importlib
import json

import pytest

from pytest_oao.providers.codecs import codec_for
from pytest_oao.providers.failure_statuses import status_of


def http_library(sdk: str):
    """Return the HTTP library that an SDK is built on: httpx2 since openai 3 and anthropic 1, httpx before."""
    module = importlib.import_module(f"{sdk}._base_client")
    return importlib.import_module("httpx2" if hasattr(module, "httpx2") else "httpx")


class Served:
    """Answers what a client asks with a neutral answer, in the client's own words, streamed where it asks for that."""

    def __init__(self, sdk: str, answer, *, failure=None):
        self.http = http_library(sdk)
        self.answer, self.failure, self.asked, self.sent = answer, failure, [], []

    def handle(self, request):
        codec = codec_for(f"{request.method} {request.url.path}")
        if self.failure is not None:
            body = codec.write_failure(self.failure)
            return self.http.Response(status_of(self.failure), json=body, headers={"x-should-retry": "false"})
        asked = codec.read_request(json.loads(request.content), request.url.path)
        self.asked.append(asked)
        if asked.stream:
            self.sent = list(codec.write_stream(self.answer, asked))
            return self.http.Response(200, headers={"content-type": "text/event-stream"}, content=b"".join(self.sent))
        self.sent = codec.write_response(self.answer, asked)
        return self.http.Response(200, json=self.sent)

    def client(self):
        return self.http.Client(transport=self.http.MockTransport(self.handle))

    def async_client(self):
        async def handle(request):
            return self.handle(request)

        return self.http.AsyncClient(transport=self.http.MockTransport(handle))


def openai_client(answer, **options):
    openai = pytest.importorskip("openai")
    served = Served("openai", answer, **options)
    return served, openai.OpenAI(api_key="none", http_client=served.client())


def async_openai_client(answer, **options):
    openai = pytest.importorskip("openai")
    served = Served("openai", answer, **options)
    return served, openai.AsyncOpenAI(api_key="none", http_client=served.async_client())


def anthropic_client(answer, **options):
    anthropic = pytest.importorskip("anthropic")
    served = Served("anthropic", answer, **options)
    return served, anthropic.Anthropic(api_key="none", http_client=served.client())


def async_anthropic_client(answer, **options):
    anthropic = pytest.importorskip("anthropic")
    served = Served("anthropic", answer, **options)
    return served, anthropic.AsyncAnthropic(api_key="none", http_client=served.async_client())


def unknown_fields(value):
    """Yield the fields that an SDK's models keep without knowing them."""
    if isinstance(value, list):
        for item in value:
            yield from unknown_fields(item)
    elif hasattr(value, "model_fields_set"):
        yield from value.model_extra or {}
        for name in value.model_fields_set:
            yield from unknown_fields(getattr(value, name))
