"""Values in LangGraph's checkpoints → plain data. A pickle is never opened."""

from pytest_oao.errors import UnknownFormat
from pytest_oao.importers.json_documents import load_json
from pytest_oao.importers.msgpack_values import unpacked
from pytest_oao.model.jsontypes import JSON, JSONObject

_SINGLE, _POSITIONAL, _KEYWORDS, _METHOD, _PYDANTIC_1, _PYDANTIC_2, _ARRAY, _DELTA = range(8)
_CLASSES = ("langchain_core.messages.", "langchain.schema.messages")
"""Modules whose objects are LangChain's messages, of which the class says who speaks."""
_PARTS = 3
"""What an object is kept as: its module, its class, what it was made of."""


def value_of(kind: str, data: bytes, where: str) -> JSON:
    """Return a stored value; raises UnknownFormat for a pickle, UnreadableFile, HostileFile."""
    if kind in {"msgpack", ""}:
        return unpacked(data, where, _extension) if data else None
    if kind == "json":
        return load_json(data, where).json()
    if kind in {"null", "empty"}:
        return None
    if kind in {"bytes", "bytearray"}:
        return {"bytes": len(data)}
    remedy = "Let LangGraph write it anew with a serializer of its own: JsonPlusSerializer without pickle_fallback."
    raise UnknownFormat(f"the value is of the kind {kind!r}, which is not opened", where=where, remedy=remedy)


def _extension(code: int, content: JSON) -> JSON:
    """Return what an object was made of; a message of LangChain's with its class, as its own serialiser writes it."""
    if code == _DELTA:
        return content
    if not isinstance(content, list) or len(content) < _PARTS or not 0 <= code < _DELTA:
        return {"extension": code}
    module, name, made_of = content[:_PARTS]
    if code == _ARRAY:
        return {"array": [module, name]}
    if isinstance(module, str) and module.startswith(_CLASSES) and isinstance(made_of, dict):
        message: JSONObject = {"lc": 2, "type": "constructor", "id": ["langchain_core", "messages", name]}
        return message | {"kwargs": made_of}
    return made_of
