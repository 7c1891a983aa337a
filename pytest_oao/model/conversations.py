"""A model call in the words of no provider: what was asked, what was answered, or how it failed.

What messages are made of are the parts of OpenTelemetry's GenAI conventions, as JSON objects with a `type`:
`text` (`content`), `reasoning` (`content`), `tool_call` (`id`, `name`, `arguments`), `tool_call_response` (`id`,
`response`), `blob`, `file`, `uri`, and any other. What a provider has beyond them stands beside, so that nothing is
lost on the way: `arguments_raw` (the text as the model wrote it), `signature`, `item_id`, or, of a part that the
conventions do not know, the whole block as `provider_part`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSON, JSONObject

STOP, LENGTH, TOOL_CALL, FILTERED = "stop", "length", "tool_call", "content_filter"
"""Why a model stopped, as OpenTelemetry has it; a reason of another kind stays as its provider wrote it."""


@dataclass(frozen=True, slots=True)
class Message:
    """Who says something, and what."""

    role: str
    """`user`, `assistant`, `tool`; what a system prompt says is no message."""
    parts: tuple[JSONObject, ...] = ()
    finish_reason: str = ""
    """Of an answer: why the model stopped; empty where that is not known."""

    @property
    def words(self) -> str:
        """What it says as text, without reasoning, tools and media; empty where that is nothing."""
        told = (part.get("content") for part in self.parts if part.get("type") == "text")
        return "".join(content for content in told if isinstance(content, str))


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a model was asked."""

    model: str = ""
    system: tuple[JSONObject, ...] = ()
    """The parts of the system prompt, wherever a provider wants it."""
    messages: tuple[Message, ...] = ()
    tools: tuple[JSONObject, ...] = ()
    """`{"type": "function", "name", "description", "parameters"}`; of another type, as its provider writes it."""
    parameters: Mapping[str, JSON] = field(default_factory=dict)
    """By OpenTelemetry's names: `gen_ai.request.temperature`, `gen_ai.request.max_tokens`, …."""
    extra: Mapping[str, JSON] = field(default_factory=dict)
    """What has no such name, by the provider's own: `tool_choice`, `response_format`, `previous_response_id`, …."""
    stream: bool = False
    api: str = ""
    """Whose words it came in: `openai.chat`, `openai.responses`, `anthropic.messages`, …; empty where unknown."""
    provider: str = ""
    """`gen_ai.provider.name`; empty where unknown."""

    @property
    def task(self) -> str:
        """What the user said last, in words; empty where the user said nothing."""
        said = (message.words for message in reversed(self.messages) if message.role == "user")
        return next((words for words in said if words), "")


@dataclass(frozen=True, slots=True)
class ModelResponse:
    """What a model answered."""

    id: str = ""
    model: str = ""
    choices: tuple[Message, ...] = ()
    """The answers: one, unless more were asked for."""
    usage: Usage = field(default_factory=Usage)
    extra: Mapping[str, JSON] = field(default_factory=dict)
    """What has no name of OpenTelemetry's, by the provider's own: `created`, `service_tier`, …."""


@dataclass(frozen=True, slots=True)
class ModelFailure:
    """How a model call failed at its provider."""

    status: int = 0
    """The HTTP status; zero where it is not known."""
    type: str = ""
    """`error.type`: the exception's class name, or the provider's word for it."""
    message: str = ""
    body: JSON = field(default=None, hash=False)
    """The provider's own error body, None where the source has none."""
    retry_after: float | None = None
    """Seconds that the provider asked to wait."""
    retried: bool = False
    """Whether the attempt that followed has a record of its own; else this one is what all attempts came to."""
