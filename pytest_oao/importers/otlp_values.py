"""OTLP's values and attributes → plain JSON, in the spellings of both of its JSON's readers."""

from base64 import b64decode
from binascii import Error

from pytest_oao.errors import HostileFile
from pytest_oao.importers.foreign import REMEDY, Part
from pytest_oao.model.jsontypes import JSON, JSONObject

_DEEPEST = 64
"""Lists and maps in each other; more of them no instrumentation writes."""
_LARGEST = 1 << 64
_PLAIN = {
    "stringValue": "string_value",
    "boolValue": "bool_value",
    "doubleValue": "double_value",
    "bytesValue": "bytes_value",
}


def field_of(part: Part, camel: str) -> Part:
    """Return a field by its name as OTLP's JSON spells it, or as protobuf does: `resourceSpans`, `resource_spans`."""
    return part[camel] if camel in part else part[_snake(camel)]


def _snake(camel: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in camel)


def attributes(part: Part) -> JSONObject:
    """Return a list of keys and values as an object; some exporters write it as one."""
    if isinstance(part.value, dict):
        return {key: item.json() for key, item in part.fields()}
    return {item["key"].text(""): value_of(item["value"]) for item in part.items()}


def value_of(part: Part, depth: int = 0) -> JSON:
    """Return what an AnyValue holds; an empty one is null."""
    if depth > _DEEPEST:
        raise HostileFile("the attributes are nested too deep", where=part.where, remedy=REMEDY)
    if not isinstance(part.value, dict):
        return part.json()  # not OTLP's way, but some collectors' processors write values as they are
    for camel, snake in _PLAIN.items():
        if camel in part or snake in part:
            return field_of(part, camel).json()
    return _counted_or_nested(part, depth)


def _counted_or_nested(part: Part, depth: int) -> JSON:
    if "intValue" in part or "int_value" in part:
        return whole(field_of(part, "intValue"))
    if "arrayValue" in part or "array_value" in part:
        return [value_of(item, depth + 1) for item in field_of(part, "arrayValue")["values"].items()]
    if "kvlistValue" in part or "kvlist_value" in part:
        pairs = field_of(part, "kvlistValue")["values"].items()
        return {pair["key"].text(""): value_of(pair["value"], depth + 1) for pair in pairs}
    return None


def whole(part: Part) -> int:
    """Return a number of 64 bits, which OTLP's JSON has as text."""
    value = part.value
    if isinstance(value, str):
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):  # noqa: PLR2004 - digits of 64 bits
            part.refuse("a whole number")
        return int(value)
    number = part.whole(0)
    if abs(number) >= _LARGEST:
        part.refuse("a whole number of 64 bits")
    return number


def seconds(part: Part) -> float:
    """Return nanoseconds since the epoch as seconds; zero where there are none."""
    return max(0, whole(part)) / 1e9 if part.value is not None else 0.0


def identifier(part: Part) -> str:
    """Return the id of a trace or a span in hexadecimal, though some writers have it in base64, or with `0x`."""
    given = part.text("").removeprefix("0x")
    if len(given) in (12, 24) and not _is_hex(given):
        try:
            return b64decode(given, validate=True).hex()
        except Error:
            return given
    return given.lower() if _is_hex(given) else given


def _is_hex(given: str) -> bool:
    return all(letter in "0123456789abcdefABCDEF" for letter in given)
