"""A chat completion's request ⇄ one of no provider's."""

from collections.abc import Iterable
from dataclasses import replace

from pytest_oao.model.conversations import Message, ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.chat_content import API, read_content, write_content
from pytest_oao.providers.chat_tools import read_tools, write_tools
from pytest_oao.providers.chat_turns import normal_message, read_message, write_messages
from pytest_oao.providers.conversation_ids import with_ids
from pytest_oao.providers.fields import count, number, record, records, text, words
from pytest_oao.providers.native_parts import UNREAD, of_type
from pytest_oao.providers.request_parameters import read_parameters, write_parameters
from pytest_oao.providers.residues import laid_over, residue
from pytest_oao.providers.system_parts import place, placed, sections

PARAMETERS = (
    ("temperature", "gen_ai.request.temperature", number),
    ("top_p", "gen_ai.request.top_p", number),
    ("top_k", "gen_ai.request.top_k", number),
    ("frequency_penalty", "gen_ai.request.frequency_penalty", number),
    ("presence_penalty", "gen_ai.request.presence_penalty", number),
    ("max_tokens", "gen_ai.request.max_tokens", count),
    ("max_completion_tokens", "gen_ai.request.max_tokens", count),
    ("stop", "gen_ai.request.stop_sequences", words),
    ("seed", "gen_ai.request.seed", number),
    ("n", "gen_ai.request.choice.count", count),
)
_SYSTEM = ("system", "developer")


def normal(body: JSONObject) -> JSONObject:
    """Return a request in its normal form, which reading and writing it gives again.

    `stream` is told where it is true, `model` where there is one, and messages are in their normal form.
    """
    kept = {key: value for key, value in body.items() if not _says_nothing(key, value)}
    messages = kept.get("messages")
    if isinstance(messages, list):
        kept["messages"] = [normal_message(one) if isinstance(one, dict) else one for one in messages]
    return kept


def read_request(body: JSON) -> ModelRequest:
    """Return what a request asks."""
    native = normal(record(body))
    parameters, apart = read_parameters(native, PARAMETERS)
    system, messages = _conversation(records(native.get("messages")))
    read = ModelRequest(
        model=text(native.get("model")),
        system=system,
        messages=messages,
        tools=tuple(read_tools(native)),
        parameters=parameters,
        extra=apart,
        stream=native.get("stream") is True,
        api=API,
    )
    return replace(read, extra=apart | residue(native, write_request(read)))


def write_request(request: ModelRequest) -> JSONObject:
    """Return the native request; what another API has beyond OpenTelemetry's names is not in it."""
    own = request.api in {"", API}
    extra = dict(request.extra) if own else {}
    written = [
        *_written_system(request.system),
        *(native for one in with_ids(request.messages) for native in write_messages(one)),
    ]
    return laid_over(
        {
            **({"model": request.model} if request.model else {}),
            "messages": [*written],
            **write_tools(request.tools, own=own),
            **write_parameters(request.parameters, PARAMETERS, extra),
            **({"stream": True} if request.stream else {}),
        },
        extra,
    )


def _says_nothing(key: str, value: JSON) -> bool:
    return (key == "stream" and not value) or (key == "model" and value in (None, ""))


def _conversation(natives: list[JSONObject]) -> tuple[tuple[JSONObject, ...], tuple[Message, ...]]:
    """Return the system prompt, which is the system messages that come first, and the rest."""
    system: list[JSONObject] = []
    for at, native in enumerate(natives):
        parts = read_content(native.get("content"))
        if native.get("role") not in _SYSTEM or not parts or of_type(parts, UNREAD):
            return tuple(system), tuple(map(read_message, natives[at:]))
        rest = residue(native, {"role": "system", "content": write_content(parts)})
        system += place(parts, rest)
    return tuple(system), ()


def _written_system(system: Iterable[JSONObject]) -> list[JSONObject]:
    return [
        laid_over({"role": "system", "content": write_content(section)}, placed(section))
        for section in sections(system)
    ]
