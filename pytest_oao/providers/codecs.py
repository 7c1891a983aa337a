"""The codecs, by the API that each is for."""

from collections.abc import Mapping
from functools import lru_cache

from pytest_oao.ports import Codec
from pytest_oao.providers import (
    anthropic_answers,
    anthropic_blocks,
    anthropic_events,
    anthropic_requests,
    anthropic_streams,
    chat_answers,
    chat_content,
    chat_events,
    chat_requests,
    chat_streams,
    failure_bodies,
    gemini_answers,
    gemini_events,
    gemini_parts,
    gemini_requests,
    gemini_streams,
    responses_answers,
    responses_content,
    responses_events,
    responses_requests,
    responses_streams,
)
from pytest_oao.providers.native_codecs import NativeCodec
from pytest_oao.providers.recognition import (
    ANTHROPIC_MESSAGES,
    GEMINI_CONTENT,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    recognise,
)

_OPENAI_CHAT = NativeCodec(
    api=chat_content.API,
    provider=OPENAI_CHAT,
    asks=chat_requests.read_request,
    asking=chat_requests.write_request,
    fold=chat_streams.fold,
    says=chat_answers.read_answer,
    saying=chat_answers.write_answer,
    events=chat_events.events,
    failing=failure_bodies.write_openai,
)
_OPENAI_RESPONSES = NativeCodec(
    api=responses_content.API,
    provider=OPENAI_RESPONSES,
    asks=responses_requests.read_request,
    asking=responses_requests.write_request,
    fold=responses_streams.fold,
    says=responses_answers.read_answer,
    saying=responses_answers.write_answer,
    events=responses_events.events,
    failing=failure_bodies.write_openai,
)
_ANTHROPIC_MESSAGES = NativeCodec(
    api=anthropic_blocks.API,
    provider=ANTHROPIC_MESSAGES,
    asks=anthropic_requests.read_request,
    asking=anthropic_requests.write_request,
    fold=anthropic_streams.fold,
    says=anthropic_answers.read_answer,
    saying=anthropic_answers.write_answer,
    events=anthropic_events.events,
    failing=failure_bodies.write_anthropic,
)
_GEMINI_CONTENT = NativeCodec(
    api=gemini_parts.API,
    provider=GEMINI_CONTENT,
    asks=gemini_requests.read_request,
    asking=gemini_requests.write_request,
    fold=gemini_streams.fold,
    says=gemini_answers.read_answer,
    saying=gemini_answers.write_answer,
    events=gemini_events.events,
    failing=failure_bodies.write_google,
)
_CODECS = (_OPENAI_CHAT, _OPENAI_RESPONSES, _ANTHROPIC_MESSAGES, _GEMINI_CONTENT)

CODECS: Mapping[str, Codec] = {codec.api: codec for codec in _CODECS}


@lru_cache(maxsize=256)
def codec_for(target: str) -> Codec | None:
    """Return the codec of the API that a call's target names (`POST /chat/completions`), None where there is none."""
    method, _, path = target.partition(" ")
    found = recognise(method, path.partition("?")[0])
    return next((codec for codec in _CODECS if found and found.provider is codec.provider), None)
