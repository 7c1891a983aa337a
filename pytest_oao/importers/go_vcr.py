"""go-vcr's cassettes, versions 1 and 2."""

import re
from collections.abc import Iterator

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.http_exchanges import RawExchange, RawRequest, RawResponse
from pytest_oao.importers.http_files import session_of
from pytest_oao.importers.http_messages import body_of, headers_of
from pytest_oao.importers.yaml_documents import load_yaml
from pytest_oao.model.provenance import START_TIMES
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

_HEAD = re.compile(rb"\A(?:---[^\n]*+\n)?+(?:#[^\n]*+\n|\s)*+version: ([12])\s*\ninteractions:")
_OWN_FIELDS = re.compile(rb"^ {2,12}(?:content_length|proto|proto_major|form): ", re.MULTILINE)
_DURATION = re.compile(r"(?<![\d.])(\d++(?:\.\d*+)?|\.\d++)(ns|us|µs|μs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


class GoVcr:
    """`version: 2`, `interactions:` with `url` and `duration`."""

    name = "go-vcr"

    def sniff(self, head: bytes) -> bool:
        """Whether the version comes first, as go-vcr writes it, and the fields are its own."""
        found = _HEAD.match(head)
        return found is not None and (found[1] == b"2" or bool(_OWN_FIELDS.search(head)))

    def read(self, dump: Dump) -> Iterator[Session]:
        """Yield the one session of a cassette."""
        data, source = dump.data(), dump.source
        raws = [_raw(interaction) for interaction in load_yaml(data, source)["interactions"].items()]
        yield session_of(raws, format_name=self.name, data=data, source=source, lacked=(START_TIMES,))


def _raw(interaction: Part) -> RawExchange:
    request, response = interaction["request"], interaction["response"]
    return RawExchange(
        interaction.where,
        RawRequest(
            request["method"].text("GET"), request["url"].text(), headers_of(request["headers"]), body_of(request)
        ),
        RawResponse(
            response["code"].whole(), headers_of(response["headers"]), body_of(response), response["proto"].text("")
        ),
        duration=_seconds(response["duration"].scalar()),
    )


def _seconds(duration: str) -> float:
    """Return a duration as Go writes it (`1m2.5s`), zero where there is none."""
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(duration))
