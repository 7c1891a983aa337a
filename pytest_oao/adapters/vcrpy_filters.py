"""What vcrpy's filters took out of a recorded request, put back without its secrets: a replay is asked all of it."""

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from operator import itemgetter
from typing import Any

from pytest_oao.cassette.redacting import redacted_body
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.cassette.spans import PLACEHOLDER
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call

_Pair = tuple[str, Any]


def unfiltered(recorded: Call, live: Call, redactor: Redactor) -> Call:
    """Return a recorded call with the parameters of the live one that are nothing but secrets, as those are redacted.

    The recorded one may lack them, or have what a filter wrote in their place.
    """
    target, body = redactor.url(live.target), redacted_body(live.body, redactor)
    address, _, query = target.partition("?")
    before, _, asked = recorded.target.partition("?")
    secrets = _secret_names(_pairs(query))
    if (address, _without(_pairs(query), secrets)) != (before, _without(_pairs(asked), secrets)):
        target = recorded.target
    said, told = _content(body), _content(recorded.body)
    if isinstance(said, list) and isinstance(told, list):
        secrets = _secret_names(said)
        said, told = _without(said, secrets), _without(told, secrets)
    return replace(recorded, target=target, body=body if said == told else recorded.body)


def _content(body: Body) -> list[_Pair] | Any:
    """Return what a body says as vcrpy filters it: the pairs of a form, or of an object of JSON; else all of it."""
    text = body.data.decode("utf-8", "replace")
    try:
        document = json.loads(text)
    except ValueError:
        return _pairs(text)
    return sorted(document.items(), key=itemgetter(0)) if isinstance(document, dict) else (document,)


def _pairs(text: str) -> list[_Pair]:
    return [(name, f"{equals}{value}") for name, equals, value in (pair.partition("=") for pair in text.split("&"))]


def _without(pairs: Iterable[_Pair], names: Collection[str]) -> list[_Pair]:
    return [pair for pair in pairs if pair[0] not in names and pair != ("", "")]


def _secret_names(pairs: Iterable[_Pair]) -> set[str]:
    return {name for name, value in pairs if isinstance(value, str) and PLACEHOLDER.search(value.encode())}
