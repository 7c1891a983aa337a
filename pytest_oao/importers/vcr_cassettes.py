"""vcrpy's cassettes: its YAML and JSON serializers, and the layouts that well-known custom serializers write."""

import re
from collections.abc import Iterator

from pytest_oao.errors import UnknownFormat, UnreadableFile
from pytest_oao.importers.foreign import REMEDY, Part
from pytest_oao.importers.http_exchanges import RawExchange, RawRequest, RawResponse
from pytest_oao.importers.http_files import session_of
from pytest_oao.importers.http_messages import body_of, headers_of
from pytest_oao.importers.json_documents import load_json
from pytest_oao.importers.yaml_documents import load_yaml
from pytest_oao.model.provenance import EXACT_BYTES, TIMING
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

_YAML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?+(?:#[^\n]*+\n|\s)*+(?:---[^\n]*+\n)?+(?:#[^\n]*+\n|\s)*+"
    rb"(?:version: 1\s++)?+(?:interactions|metadata|requests|responses):"
)
_JSON = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\{\s*(?:"version"\s*:\s*\d+\s*,\s*)?"(?:interactions|requests|responses)"\s*:'
)
_OLD = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*(?:---[^\n]*\n)?(?:- (?:!!python/\S+\s+)?request:|\[\s*\{\s*"request"\s*:)')
_IS_JSON = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*[\[{]")


class VcrCassettes:
    """`interactions:` with `uri`, and pairs of `requests:` and `responses:`."""

    name = "vcrpy"

    def __init__(self, *, of_tests: bool = False) -> None:
        """`of_tests`: they stay with tests that find an answer as vcrpy does, and may do so without the URL."""
        self._of_tests = of_tests

    def sniff(self, head: bytes) -> bool:
        """Whether the first key is one of a cassette's, or it is the list that vcrpy wrote before 1.0."""
        return any(pattern.match(head) for pattern in (_YAML, _JSON, _OLD))

    def read(self, dump: Dump) -> Iterator[Session]:
        """Yield the one session of a cassette."""
        data, source = dump.data(), dump.source
        document = load_json(data, source) if _IS_JSON.match(data) else load_yaml(data, source)
        if isinstance(document.value, list):
            raise UnknownFormat(
                "this cassette is of vcrpy before 1.0",
                where=source,
                remedy="Record it again, or run `python -m vcr.migration` of vcrpy 4 over it.",
            )
        if self._of_tests and document["metadata"].value:
            what = "it holds metadata, which `get_metadata` of vcrpy reads"
            raise UnknownFormat(what, where=source, remedy="Leave it as it is.")
        raws = [_raw(request, response, hidden=self._of_tests) for request, response in _pairs(document)]
        yield session_of(raws, format_name=self.name, data=data, source=source, lacked=(TIMING,))


def _pairs(document: Part) -> Iterator[tuple[Part, Part]]:
    if "requests" in document:
        requests, responses = document["requests"].items(), document["responses"].items()
        if len(requests) != len(responses):
            what = f"there are {len(requests)} requests and {len(responses)} responses"
            raise UnreadableFile(what, where=document.where, remedy=REMEDY)
        yield from zip(requests, responses, strict=True)
        return
    for interaction in document["interactions"].items():
        yield interaction["request"], interaction["response"]


def _raw(request: Part, response: Part, *, hidden: bool) -> RawExchange:
    lacks = frozenset({EXACT_BYTES} if "parsed_body" in request or "parsed_body" in response else ())
    return RawExchange(
        request.where,
        RawRequest(request["method"].text(), request["uri"].text(), headers_of(request["headers"]), body_of(request)),
        RawResponse(_status(response), headers_of(response["headers"]), body_of(response)),
        lacks=lacks,
        may_hide=hidden,
    )


def _status(response: Part) -> int:
    status = response["status"]
    if isinstance(status.value, int):
        return status.whole()
    return status["code"].whole() if "code" in status else response["status_code"].whole()
