"""AgentLoom's recordings: what models answered, by the step of the workflow that asked."""

import re
from collections.abc import Iterator, Sequence

from pytest_oao.cassette.encodings import compact
from pytest_oao.errors import OaoError, UnknownFormat
from pytest_oao.importers.api_addresses import URLS
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.formats import Format
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.observations import Asked, Came, Native, Observation, ObservedCall
from pytest_oao.importers.reading import sessions_in
from pytest_oao.model.apis import EMBEDDINGS
from pytest_oao.model.conversations import Message, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.provenance import (
    CHUNKS,
    EXACT_BYTES,
    MESSAGES,
    PARAMETERS,
    RESPONSE_FORMAT,
    RESPONSE_ID,
    STREAM,
    SYSTEM,
    TIMING,
    TOOL_CHOICE,
    TOOLS,
)
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import count, record, records, text
from pytest_oao.providers.stop_reasons import neutral_reason

_FIRST = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"((?:[^"\\]|\\.)*)"')
_VERSION = "_version"
_OWN = "_"
"""What keys of the file about itself begin with."""


class AgentLoom(Format):
    """`{"_version": 2, STEP: {content, model, usage, cost_usd, finish_reason}}`; a list has the turns of a step."""

    name = "agentloom"
    lacked: tuple[str, ...] = (EXACT_BYTES, CHUNKS, STREAM, TIMING, RESPONSE_ID, TOOL_CHOICE, RESPONSE_FORMAT)

    def sniff(self, head: bytes) -> bool:
        """Whether it begins with its version or with a step, and a step has an answer with its cost."""
        first = _FIRST.match(head)
        if not first:
            return False
        begin, paths = first[1].decode("utf-8", "replace"), glimpse(head).paths
        steps = {path.removesuffix(".cost_usd") for path in paths if path.endswith(".cost_usd")}
        answers = {step for step in steps if {f"{step}.model", f"{step}.usage.prompt_tokens"} <= paths}
        return bool(answers) and (begin == _VERSION or begin in answers)

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of the workflow."""
        return sessions_in(dump, self)

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield the calls of each step, in the order in which the steps first answered."""
        number = 0
        for recording in records:
            for step, told in recording.fields():
                if step.startswith(_OWN):
                    continue
                for turn in told.items() if isinstance(told.value, list) else [told]:
                    number += 1
                    yield _observed(turn, f"{step}#{number}", number)


def _observed(turn: Part, name: str, number: int) -> ObservedCall:
    asked, came = _embeddings(turn) if "embeddings" in turn else _chat(turn)
    lacked = frozenset({SYSTEM, MESSAGES, TOOLS, PARAMETERS})
    return ObservedCall(
        id=name, where=turn.where, asked=asked, came=came, order=(number,), lacked=lacked, original=turn.json()
    )


def _chat(turn: Part) -> tuple[Asked, Came]:
    told = record(turn.json())
    model = turn["model"].text()
    message = Message("assistant", tuple(_parts(turn)), neutral_reason(turn["finish_reason"].text("")))
    usage = record(told.get("usage"))
    tokens = Usage(count(usage.get("prompt_tokens")), count(usage.get("completion_tokens")))
    asked = ModelRequest(model=model, provider=text(told.get("provider")))
    return asked, ModelResponse(model=model, choices=(message,), usage=tokens)


def _parts(turn: Part) -> Iterator[JSONObject]:
    if said := turn["content"].text(""):
        yield {"type": "text", "content": said}
    for one in records(turn["tool_calls"].json()):
        yield {
            "type": "tool_call",
            "id": text(one.get("id")),
            "name": text(one.get("name")),
            "arguments": one.get("arguments"),
        }


def _embeddings(turn: Part) -> tuple[Asked, Came]:
    """Return a call for vectors in the words of OpenAI's API, the only one that is known to have been asked."""
    if turn["provider"].text("openai") != "openai":
        remedy = "Take the step out of the file, or record its HTTP traffic."
        raise UnknownFormat(f"embeddings of {turn['provider'].text()!r}", where=turn.where, remedy=remedy)
    model = turn["model"].text()
    vectors = [one.json() for one in turn["embeddings"].items()]
    data = [{"object": "embedding", "index": at, "embedding": vector} for at, vector in enumerate(vectors)]
    answer: JSONObject = {"object": "list", "data": [*data], "model": model, "usage": turn["usage"].json()}
    return Native(compact({"model": model}), URLS[EMBEDDINGS]), Native(compact(answer))
