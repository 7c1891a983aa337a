"""llama-stack's recordings: a request and the objects that an SDK made of its answer, one a file."""

import re
from collections.abc import Iterator, Sequence

from pytest_oao.cassette.encodings import compact
from pytest_oao.errors import OaoError
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.formats import Format
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.llama_stack_answers import came_of, types_of, value_of
from pytest_oao.importers.observations import Came, Native, Observation, ObservedCall, ToolUse
from pytest_oao.importers.reading import sessions_in
from pytest_oao.importers.sdk_arguments import wire_body
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.provenance import EXACT_BYTES, RESPONSE_ID, TIMING
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import record as fields_of

_TWICE = re.compile(r"/v1(?=/v1/)")
"""Its recorder writes the client's address and its own endpoint one after the other, and both have the version."""
_LISTS = ("/models", "/api/tags", "/api/ps")
_MADE_ANEW = re.compile(r"rec-[0-9a-f]{12}\Z")
"""Ids that its recorder puts in place of the provider's."""


class LlamaStack(Format):
    """`{"request": {method, url, body, endpoint}, "response": {body: {__type__, __data__}, is_streaming}}`."""

    name = "llama-stack"
    lacked: tuple[str, ...] = (EXACT_BYTES, TIMING)

    def sniff(self, head: bytes) -> bool:
        """Whether it is a request of a model, of a tool or of another service, as its recorder keeps them."""
        seen = glimpse(head)
        if seen.has("request.endpoint", "request.body", "request.url"):
            return True
        tool = seen.has("request.tool_name", "request.kwargs", "request.provider")
        return tool or ("test_id" in seen.keys and seen.has("request.url", "request.payload"))

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield a session for each test that the recordings in the file belong to."""
        return sessions_in(dump, self)

    def run_of(self, record: Part) -> str:
        """Return the test that was recorded."""
        return record["test_id"].text("") or record["request"]["test_id"].text("")

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield the call of each recording."""
        for number, record in enumerate(records, 1):
            asked, came, truncated = _call(record)
            yield ObservedCall(
                id=f"recording-{number}",
                where=record.where,
                asked=asked,
                came=came,
                order=(number,),
                lacked=_lacked(record),
                truncated=truncated,
                original=record.json(),
            )


def _call(record: Part) -> tuple[ToolUse | Native, Came, frozenset[str]]:
    request, response = record["request"], record["response"]
    if "tool_name" in request:
        return ToolUse(request["tool_name"].text(), request["kwargs"].json()), value_of(response), frozenset()
    if "payload" in request:
        asked = Native(compact(request["payload"].json()), request["url"].text(), method=_method(request))
        return asked, *came_of(response)
    url = _url(request["url"].text(), types_of(response))
    listing = url.endswith(_LISTS)
    body = b"" if listing else compact(wire_body(_arguments(request["body"])))
    asked = Native(body, url, method="GET" if listing else _method(request))
    return asked, *came_of(response, lists=listing)


def _arguments(body: Part) -> JSONObject:
    body.fields()
    return fields_of(body.json())


def _method(request: Part) -> str:
    return request["method"].text("POST")


def _url(url: str, answered: str) -> str:
    """Return the address that was called: early recorders wrote down completions where a chat was."""
    url = _TWICE.sub("", url)
    if answered.startswith("openai.types.chat.") and not url.endswith("/chat/completions"):
        return url.removesuffix("/completions") + "/chat/completions"
    return url


def _lacked(record: Part) -> frozenset[str]:
    body = record["response"]["body"].json()
    first = fields_of(body[0] if isinstance(body, list) and body else body)
    name = fields_of(first.get("__data__")).get("id")
    return frozenset({RESPONSE_ID}) if isinstance(name, str) and _MADE_ANEW.match(name) else frozenset()
