"""What a translation of native JSON leaves over: kept beside what it made, and laid over it again on the way back."""

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record


def residue(native: JSONObject, rebuilt: JSONObject) -> JSONObject:
    """Return what `native` says otherwise than `rebuilt`, or beyond it; what only `rebuilt` says is not in it."""
    rest: JSONObject = {}
    for key, value in native.items():
        made = rebuilt.get(key)
        if key in rebuilt and value == made:
            continue
        if isinstance(value, dict) and isinstance(made, dict):
            if below := residue(value, made):
                rest[key] = below
        else:
            rest[key] = value
    return rest


def laid_over(rebuilt: JSONObject, rest: JSONObject) -> JSONObject:
    """Return `rebuilt` with what a translation left over: the native JSON again, but for what rebuilding added."""
    return rebuilt | {key: _merged(rebuilt.get(key), value) for key, value in rest.items()} if rest else rebuilt


def with_residue(part: JSONObject, native: JSONObject, rebuilt: JSONObject, api: str) -> JSONObject:
    """Return a part with what its native form says beyond it, under the API's name."""
    rest = residue(native, rebuilt)
    return part | {api: rest} if rest else part


def restored(rebuilt: JSONObject, part: JSONObject, api: str) -> JSONObject:
    """Return the native form of a part, with what was kept of it under the API's name."""
    return laid_over(rebuilt, record(part[api])) if api in part else rebuilt


def _merged(made: JSON, value: JSON) -> JSON:
    return laid_over(made, value) if isinstance(made, dict) and isinstance(value, dict) else value
