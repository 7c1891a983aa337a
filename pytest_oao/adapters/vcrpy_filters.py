"""What vcrpy's filters took out of a recorded request, put back without its secrets: a replay is asked all of it."""

import json
from dataclasses import replace
from typing import Any

from pytest_oao.cassette.redacting import redacted_body
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.cassette.spans import PLACEHOLDER
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call


def unfiltered(recorded: Call, live: Call, redactor: Redactor) -> Call:
    """Return a recorded call with the parameters that the live one has besides, where they are nothing but secrets."""
    target, body = redactor.url(live.target), redacted_body(live.body, redactor)
    address, _, query = target.partition("?")
    if "?".join(filter(None, (address, _pairs(query)))) != recorded.target:
        target = recorded.target
    if _content(body) != _content(recorded.body):
        body = recorded.body
    return replace(recorded, target=target, body=body)


def _content(body: Body) -> Any:
    """Return what a body says without its secrets, as vcrpy filters it: of a form, or an object of JSON."""
    text = body.data.decode("utf-8", "replace")
    try:
        document = json.loads(text)
    except ValueError:
        return _pairs(text)
    if not isinstance(document, dict):
        return document
    return {name: value for name, value in document.items() if not (isinstance(value, str) and _is_secret(value))}


def _pairs(text: str) -> str:
    return "&".join(pair for pair in text.split("&") if not _is_secret(pair))


def _is_secret(text: str) -> bool:
    return PLACEHOLDER.search(text.encode()) is not None
