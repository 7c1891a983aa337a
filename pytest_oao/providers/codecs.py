"""The codecs, by the API that each is for."""

from collections.abc import Mapping

from pytest_oao.ports import Codec, Provider
from pytest_oao.providers.anthropic_messages_codec import AnthropicMessagesCodec
from pytest_oao.providers.gemini_content_codec import GeminiContentCodec
from pytest_oao.providers.openai_chat_codec import OpenAIChatCodec
from pytest_oao.providers.openai_responses_codec import OpenAIResponsesCodec
from pytest_oao.providers.recognition import (
    ANTHROPIC_MESSAGES,
    GEMINI_CONTENT,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    recognise,
)

_BY_PROVIDER: tuple[tuple[Provider, Codec], ...] = (
    (OPENAI_CHAT, OpenAIChatCodec()),
    (OPENAI_RESPONSES, OpenAIResponsesCodec()),
    (ANTHROPIC_MESSAGES, AnthropicMessagesCodec()),
    (GEMINI_CONTENT, GeminiContentCodec()),
)

CODECS: Mapping[str, Codec] = {codec.api: codec for _, codec in _BY_PROVIDER}


def codec_for(target: str) -> Codec | None:
    """Return the codec of the API that a call's target names (`POST /chat/completions`), None where there is none."""
    method, _, path = target.partition(" ")
    found = recognise(method, path.partition("?")[0])
    return next((codec for provider, codec in _BY_PROVIDER if found and found.provider is provider), None)
