"""Which model API a request is for, by its method and path."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from pytest_oao.model.calls import Call
from pytest_oao.ports import Provider
from pytest_oao.providers.anthropic_messages import AnthropicMessages
from pytest_oao.providers.bedrock_converse import BedrockConverse
from pytest_oao.providers.cohere_chat import CohereChat
from pytest_oao.providers.cohere_embeddings import CohereEmbeddings
from pytest_oao.providers.gemini_content import GeminiContent
from pytest_oao.providers.gemini_embeddings import GeminiEmbeddings
from pytest_oao.providers.neutral_model import NeutralModel
from pytest_oao.providers.openai_chat import OpenAIChat
from pytest_oao.providers.openai_completions import OpenAICompletions
from pytest_oao.providers.openai_embeddings import OpenAIEmbeddings
from pytest_oao.providers.openai_responses import OpenAIResponses

OPENAI_CHAT = OpenAIChat()
OPENAI_RESPONSES = OpenAIResponses()
OPENAI_EMBEDDINGS = OpenAIEmbeddings()
OPENAI_COMPLETIONS = OpenAICompletions()
ANTHROPIC_MESSAGES = AnthropicMessages()
GEMINI_CONTENT = GeminiContent()
GEMINI_EMBEDDINGS = GeminiEmbeddings()
BEDROCK_CONVERSE = BedrockConverse()
COHERE_CHAT = CohereChat()
COHERE_EMBEDDINGS = CohereEmbeddings()
NEUTRAL_MODEL = NeutralModel()

PROVIDERS: tuple[Provider, ...] = (
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    ANTHROPIC_MESSAGES,
    OPENAI_EMBEDDINGS,
    GEMINI_CONTENT,
    BEDROCK_CONVERSE,
    COHERE_CHAT,
    GEMINI_EMBEDDINGS,
    COHERE_EMBEDDINGS,
    OPENAI_COMPLETIONS,  # after the chat's, whose path ends alike
    NEUTRAL_MODEL,
)

_MODEL = re.compile(
    r"/deployments/([^/]+)/|\A/model/(.+)/(?:invoke|converse)|/(?:models|tunedModels|endpoints)/([^/]+):", re.DOTALL
)
_STREAMED = ("streamGenerateContent", "streamRawPredict", "/converse-stream", "/invoke-with-response-stream")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A model API and the endpoint of it that a request is for."""

    provider: Provider
    endpoint: str
    """The compared part of the path: `/chat/completions`, and the model or deployment where the path names it."""

    @property
    def model(self) -> str:
        """The model or deployment in the endpoint, or the empty string."""
        found = _MODEL.search(self.endpoint)
        return unquote(next(filter(None, found.groups()))) if found else ""

    @property
    def streamed(self) -> bool:
        """Whether the endpoint itself says that the answer comes as a stream."""
        return self.endpoint.endswith(_STREAMED)


@lru_cache(maxsize=1024)
def recognise(method: str, path: str) -> Recognised | None:
    """Return what a request is for, None where it is no model call; `path` is without the query."""
    for provider in PROVIDERS:
        endpoint = provider.endpoint(method, path)
        if endpoint:
            return Recognised(provider, endpoint)
    return None


def codec_of(call: Call) -> Provider | None:
    """Return the codec of a model call, None of any other call."""
    method, _, path = call.target.partition(" ")
    found = recognise(method, path.partition("?")[0])
    return found.provider if found and found.provider.operation == call.kind else None
