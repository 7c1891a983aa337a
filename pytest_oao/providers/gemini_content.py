"""Gemini's content API, on Google AI and on Vertex AI."""

from collections.abc import Iterable, Mapping

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Reply, ToolCall
from pytest_oao.providers import paths, tokens
from pytest_oao.providers.failures import error_type
from pytest_oao.providers.fields import (
    attributes,
    camel_cased,
    count,
    encodable,
    json_text,
    number,
    record,
    records,
    text,
    word,
    words,
)
from pytest_oao.providers.gemini_streams import fold
from pytest_oao.providers.payloads import whole

RESPONSE = (("responseId", "gen_ai.response.id", word), ("modelVersion", "gen_ai.response.model", word))


def _media_type(value: JSON) -> str | None:
    """Return `gen_ai.output.type` of a media type that is asked for."""
    return {"application/json": "json", "text/x.enum": "json", "text/plain": "text"}.get(text(value))


def _modality(value: JSON) -> str | None:
    """Return the same of modalities that are asked for, where text is not the only one."""
    asked = {text(item).upper() for item in (value if isinstance(value, list) else [])}
    return "image" if "IMAGE" in asked else "speech" if "AUDIO" in asked else None


_REQUEST = (
    ("temperature", "gen_ai.request.temperature", number),
    ("topP", "gen_ai.request.top_p", number),
    ("topK", "gen_ai.request.top_k", number),
    ("maxOutputTokens", "gen_ai.request.max_tokens", count),
    ("stopSequences", "gen_ai.request.stop_sequences", words),
    ("candidateCount", "gen_ai.request.choice.count", count),
    ("seed", "gen_ai.request.seed", number),
    ("presencePenalty", "gen_ai.request.presence_penalty", number),
    ("frequencyPenalty", "gen_ai.request.frequency_penalty", number),
    ("responseMimeType", "gen_ai.output.type", _media_type),
    ("responseModalities", "gen_ai.output.type", _modality),
)


class GeminiContent:
    """`POST */models/{model}:generateContent` and `:streamGenerateContent`, as a JSON array or as SSE."""

    name = "gcp.gemini"
    operation = "chat"

    def endpoint(self, method: str, path: str) -> str | None:
        """Return `/models/{model}:generateContent`: what stands before that tells Google AI from Vertex."""
        return paths.model_verb(path, ("generateContent", "streamGenerateContent")) if method == "POST" else None

    def describe_request(self, body: JSON) -> Mapping[str, JSON]:
        """Return the parameters; the path names the model, and says whether to stream."""
        return attributes(camel_cased(camel_cased(body).get("generationConfig")), _REQUEST)

    def describe_response(self, data: bytes, media_type: str) -> Mapping[str, JSON]:
        """Return id, model, finish reasons (of a prompt that is blocked, why) and usage, or the error's type."""
        response = whole(data, media_type, fold)
        told = attributes(response, RESPONSE)
        ended = [candidate.get("finishReason") for candidate in records(response.get("candidates"))]
        blocked = record(response.get("promptFeedback")).get("blockReason")
        if reasons := words([reason for reason in (*ended, blocked) if reason]):
            told["gen_ai.response.finish_reasons"] = reasons
        return {**told, **tokens.gemini(response.get("usageMetadata")), **error_type(response)}

    def reply(self, data: bytes, media_type: str) -> Reply:
        """Return what the parts of the first candidate say, and the functions that they ask the caller for."""
        candidate = next(iter(records(whole(data, media_type, fold).get("candidates"))), {})
        parts = records(record(candidate.get("content")).get("parts"))
        return Reply(
            _joined(part for part in parts if part.get("thought") is not True),
            _joined(part for part in parts if part.get("thought") is True),
            tuple(_tool_call(call) for part in parts if (call := record(part.get("functionCall")))),
        )


def _joined(parts: Iterable[JSONObject]) -> str:
    return encodable("".join(text(part.get("text")) for part in parts))


def _tool_call(call: JSONObject) -> ToolCall:
    """Read a function call; Google AI gives most of them no id."""
    name, ident = text(call.get("name")), text(call.get("id"))
    return ToolCall(encodable(ident), encodable(name), json_text(call.get("args")))
