"""The recorded traffic that a codec translates, and what each codec holds to be the normal form of a request."""

from dataclasses import replace
from urllib.parse import urlsplit

from provider_recordings import Recording, recordings

from pytest_oao.model.conversations import ModelRequest
from pytest_oao.providers import anthropic_requests, chat_requests, gemini_requests, responses_requests
from pytest_oao.providers.codecs import codec_for
from pytest_oao.providers.recognition import recognise

NORMAL = {
    "openai.chat": chat_requests.normal,
    "openai.responses": responses_requests.normal,
    "anthropic.messages": anthropic_requests.normal,
    "gemini.generate_content": gemini_requests.normal,
}
JSON = "application/json"
SSE = "text/event-stream"


def translated() -> list[tuple[Recording, str]]:
    """Return each recorded call that there is a codec for, and its endpoint."""
    found = [(one, recognise(one.method, urlsplit(one.url).path)) for one in recordings()]
    return [(one, api.endpoint) for one, api in found if api and codec_for(f"POST {api.endpoint}")]


def live(asked: ModelRequest) -> ModelRequest:
    """Return a request as a live one would be that wants all that a stream can tell."""
    return replace(asked, extra={**asked.extra, "stream_options": {"include_usage": True}})


def missing(native, ours, path="$"):
    """Yield where `ours` does not say what `native` says; what it says beyond is let through."""
    if isinstance(native, dict) and isinstance(ours, dict):
        for key, value in native.items():
            if key not in ours:
                yield f"{path}.{key}"
            else:
                yield from missing(value, ours[key], f"{path}.{key}")
    elif isinstance(native, list) and isinstance(ours, list) and len(native) == len(ours):
        for index, value in enumerate(native):
            yield from missing(value, ours[index], f"{path}[{index}]")
    elif native != ours:
        yield path
