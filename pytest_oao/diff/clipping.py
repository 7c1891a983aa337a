"""Values cut down to what a report can hold."""

from pytest_oao.model.jsontypes import JSON

_DEEPEST = 12


def clip(value: JSON, room: int) -> JSON:
    """Return the value in about `room` characters: the value itself where it fits, else what it begins with."""
    return _clip(value, [room], _DEEPEST)


def _clip(value: JSON, room: list[int], depth: int) -> JSON:
    """`room[0]` is what is left for everything that follows."""
    if isinstance(value, str):
        return _text(value, room)
    if not isinstance(value, dict | list):
        room[0] -= 4
        return value
    if not depth:
        return "…"
    if isinstance(value, dict):
        return _object(value, room, depth)
    kept: list[JSON] = []
    for item in value:
        if room[0] <= 0:
            kept.append(f"… ({len(value) - len(kept):,} more)")
            break
        kept.append(_clip(item, room, depth - 1))
    return kept


def _object(value: dict[str, JSON], room: list[int], depth: int) -> JSON:
    kept: dict[str, JSON] = {}
    for key, item in value.items():
        if room[0] <= 0:
            kept["…"] = f"({len(value) - len(kept):,} more)"
            break
        room[0] -= len(key)
        kept[key if len(key) <= _LONGEST_KEY else key[:_LONGEST_KEY] + "…"] = _clip(item, room, depth - 1)
    return kept


_LONGEST_KEY = 100


def _text(value: str, room: list[int]) -> str:
    left = max(room[0], 20)
    room[0] -= len(value)
    return value if len(value) <= left else f"{value[:left]}… ({len(value):,} characters)"
