"""Recordings of Datadog's APM test agent: one exchange a JSON file."""

import re
from collections.abc import Iterator

from pytest_oao.importers.http_exchanges import RawExchange, RawRequest, RawResponse
from pytest_oao.importers.http_files import session_of
from pytest_oao.importers.http_messages import body_of, headers_of
from pytest_oao.importers.json_documents import load_json
from pytest_oao.model.provenance import TIMING
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

_HEAD = re.compile(rb'\A\s*\{\s*"request"\s*:\s*\{\s*"method"\s*:')
_TEXT_BODY = re.compile(rb'"body"\s*:\s*(?:"|null)')


class DdTestAgent:
    """`{"request": {method, url, headers, body}, "response": {status, headers, body}}`, bodies as text."""

    name = "dd-test-agent"

    def sniff(self, head: bytes) -> bool:
        """Whether it is one request whose body is text."""
        return bool(_HEAD.match(head)) and b'"url"' in head and bool(_TEXT_BODY.search(head))

    def read(self, dump: Dump) -> Iterator[Session]:
        """Yield the one session, of one exchange."""
        data, source = dump.data(), dump.source
        document = load_json(data, source)
        request, response = document["request"], document["response"]
        raw = RawExchange(
            source,
            RawRequest(
                request["method"].text(), request["url"].text(), headers_of(request["headers"]), body_of(request)
            ),
            RawResponse(response["status"]["code"].whole(), headers_of(response["headers"]), body_of(response)),
        )
        yield session_of([raw], format_name=self.name, data=data, source=source, lacked=(TIMING,))
