"""Messages that were uploaded apart from their spans: read where the files lie beside the dump.

OpenTelemetry's upload hook writes `<uuid>_inputs.json` and its like, and puts their addresses into attributes whose
names end in `_ref`. Of the address only the last two names count, since the files are copied with the dump.
"""

import glob
from dataclasses import replace

from pytest_oao.importers.spans import Span
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Dump
from pytest_oao.providers.payloads import loads

REFERENCE = "_ref"
"""How the name of an attribute ends that holds an address."""
_UNSAFE = frozenset({"", ".", ".."})
_NAMES = (
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
)


def with_files(span: Span, dump: Dump) -> Span:
    """Return a span with what its references lead to, as far as that is there."""
    told = dict(_read(span, dump))
    return replace(span, attributes={**told, **span.attributes}) if told else span


def _read(span: Span, dump: Dump) -> JSONObject:
    found: JSONObject = {}
    for name in _NAMES:
        place = span.text(f"{name}{REFERENCE}")
        value = _content(place, dump) if place and span.first(name) is None else None
        if value:
            found[name] = value
    return found


def _content(place: str, dump: Dump) -> JSON:
    parts = [part for part in place.partition("?")[0].split("/") if part not in _UNSAFE]
    data = _found("/".join(parts[-2:]), dump) or _found(parts[-1] if parts else "", dump)
    value = loads(data)
    if isinstance(value, list):
        return value
    return [line for text in data.splitlines() if (line := loads(text)) is not None]


def _found(name: str, dump: Dump) -> bytes:
    """Return the content of a file in the dump's folder, or of one below it; nothing where there is none."""
    return next((file.data() for file in dump.beside(glob.escape(name))), b"") if name else b""
