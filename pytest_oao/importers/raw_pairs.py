"""Logs of requests and answers that teams write themselves: JSON lines, a pair each, under whatever names."""

import re
from collections.abc import Iterator

from pytest_oao.errors import OaoError
from pytest_oao.importers.dumps import HEAD
from pytest_oao.importers.field_maps import FieldMap
from pytest_oao.importers.glimpse import Glimpse, glimpse
from pytest_oao.importers.pair_records import PairFormat, PairRecords
from pytest_oao.importers.reading import sessions_in
from pytest_oao.model.provenance import HTTP
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

_PAIRS = (("request", "response"), ("request_body", "response_body"), ("kwargs", "response"))
_ASKED = ("messages", "contents", "input", "prompt", "body.messages", "body.input", "body.contents")
_CAME = ("choices", "content", "candidates", "output", "error", "data")
_OTHERS = ("request.endpoint", "response.body.__type__", "response.__type__")
"""What llama-stack writes beside a request and a response."""
_PLATFORMS = ("traceId", "trace_id", "span_id", "spanId", "parent_id", "run_type", "span_data", "observationId")
"""What stands beside an input and an output that are a platform's own."""
_ANSWER = re.compile(rb'"output"\s*:\s*"\s*\{[^{}]{0,200}\\"(?:object|choices|candidates|type|content|error)\\"')
"""An answer as text."""
_TEXT = re.compile(rb'"(?:request|request_body|kwargs|input)"\s*:\s*"\s*\{\s*\\"')
"""A request as text."""


class RawPairs:
    """Pairs under usual names, or where a map says that they are."""

    name = "raw"
    lacked: tuple[str, ...] = (HTTP,)

    def __init__(self, fields: FieldMap | None = None) -> None:
        self._format = PairFormat(self.name, fields or FieldMap(), self.lacked)

    def sniff(self, head: bytes) -> bool:
        """Whether a request of a model API and its answer stand beside each other."""
        seen = glimpse(head)
        if any(seen.has(path) for path in _OTHERS):
            return False
        cut = len(head) >= HEAD
        pair = any(_is_pair(seen, head, asked, came, cut=cut) for asked, came in _PAIRS)
        return pair or _is_bare(seen, head)

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the sessions; one error where no record has a request, or none an end, known before the first."""
        records = PairRecords(self._format)
        for one in sessions_in(dump, records):
            absence = records.absence(dump.source)
            yield absence or one
            if absence:
                return


def _is_pair(seen: Glimpse, head: bytes, asked: str, came: str, *, cut: bool) -> bool:
    answered = seen.has(came) or f'"{came}"'.encode() in head  # the first record may be of a call that failed
    if not seen.has(asked) or not (answered or cut):
        return False
    return any(seen.has(f"{asked}.{key}") for key in _ASKED) or _TEXT.search(head) is not None


def _is_bare(seen: Glimpse, head: bytes) -> bool:
    """Whether an input and an output are bodies: many platforms call something else by these names."""
    if not seen.has("input", "output") or any(seen.has(key) for key in _PLATFORMS):
        return False
    asked = any(seen.has(f"input.{key}") for key in _ASKED) or _TEXT.search(head) is not None
    return asked and (any(seen.has(f"output.{key}") for key in _CAME) or _ANSWER.search(head) is not None)
