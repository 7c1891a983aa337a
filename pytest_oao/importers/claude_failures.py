"""Calls of a model that failed, as Claude Code notes them: each attempt that it made again, and what came of all."""

import re

from pytest_oao.importers.transcripts import plain
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import count, number, record, text

_STATUS = re.compile(r"API Error: (\d{3})\b")


def failure_of(line: JSONObject) -> ModelFailure | None:
    """Return the failure that a line tells of, None where it tells of none."""
    if line.get("type") == "system" and line.get("subtype") == "api_error":
        return _attempt(line)
    return _final(line) if line.get("isApiErrorMessage") is True else None


def _attempt(line: JSONObject) -> ModelFailure:
    error = record(line.get("error"))
    body = _body(error)
    told = record(record(body).get("error"))
    wait = number(line.get("retryInMs"))
    return ModelFailure(
        status=count(error.get("status")) or 0,
        type=text(told.get("type")) or text(error.get("type")) or "api_error",
        message=text(told.get("message")) or text(error.get("message")) or text(error.get("formatted")),
        body=body,
        retry_after=None if wait is None else wait / 1000,
    )


def _body(error: JSONObject) -> JSON:
    """Return the provider's error body: `{"type": "error", "error": {...}}`, or what stands in its place."""
    body = error.get("error")
    return body if isinstance(body, dict) else None


def _final(line: JSONObject) -> ModelFailure:
    """Return the failure that stands in place of an answer."""
    message = plain(record(line.get("message")).get("content"))
    error = line.get("error")
    found = _STATUS.search(message)
    status = count(line.get("apiErrorStatus")) or count(record(error).get("status")) or (int(found[1]) if found else 0)
    kind = error if isinstance(error, str) else text(record(error).get("type"))
    return ModelFailure(status, kind or "api_error", message)
