"""A trace processor of OpenAI's Agents SDK that keeps what the SDK's own export leaves out."""

import json
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pytest_oao.cassette.redacting import redacted_value
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.jsontypes import JSON


class AgentsTrace:
    """Writes traces with what models were asked and answered, a line each; `oao import` reads them whole.

    Give it to `agents.add_trace_processor`. Nothing that goes wrong in it reaches the agent: what cannot be written is
    counted in `dropped`.
    """

    def __init__(self, path: str | os.PathLike[str], *, redact: Iterable[str] = ()) -> None:
        """Append to a file; `redact` are regexes of secrets beside those that are known by themselves."""
        self.path = Path(path)
        self.dropped = 0
        """How many traces and spans could not be written."""
        self._redactor = Redactor.of(redact)
        self._lock = threading.Lock()

    def on_trace_start(self, trace: Any) -> None:  # noqa: ANN401 - the SDK's, which is not imported
        """Write what a trace is known by."""
        self._write(trace)

    def on_trace_end(self, trace: Any) -> None:  # noqa: ANN401 - the same
        """Nothing is left to be written."""

    def on_span_start(self, span: Any) -> None:  # noqa: ANN401 - the same
        """A span is written when it ends."""

    def on_span_end(self, span: Any) -> None:  # noqa: ANN401 - the same
        """Write a span, and what its model was given and answered."""
        self._write(span)

    def shutdown(self) -> None:
        """Nothing is kept open."""

    def force_flush(self) -> None:
        """Each line is in the file already."""

    def _write(self, told: Any) -> None:  # noqa: ANN401 - the same
        try:
            exported = told.export()
            if exported:
                self._append(_with_content(exported, getattr(told, "span_data", None)))
        except Exception:  # noqa: BLE001 - whatever it is, the agent goes on
            self.dropped += 1

    def _append(self, told: JSON) -> None:
        line = json.dumps(redacted_value(told, self._redactor), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with self._lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:
                file.write(line)


def _with_content(exported: Any, data: Any) -> JSON:  # noqa: ANN401 - the same
    """Return a span's export with what its data holds beside: the input and the answer of the Responses API."""
    told = json.loads(json.dumps(exported, default=_plain))
    response = getattr(data, "response", None)
    if getattr(data, "type", "") == "response":
        told["span_data"]["input"] = json.loads(json.dumps(getattr(data, "input", None), default=_plain))
        told["span_data"]["response"] = None if response is None else _plain(response)
    plain: JSON = told
    return plain


def _plain(value: Any) -> Any:  # noqa: ANN401 - the same
    """Return what JSON has no form for: models of pydantic as their fields, anything else as its text."""
    dump = getattr(value, "model_dump", None)
    return dump(mode="json") if dump is not None else str(value)
