"""What differs between two bodies, of whatever media type: JSON, forms, text, bytes."""

import json
import re
from collections.abc import Sequence
from urllib.parse import parse_qsl

from pytest_oao.diff.changes import USUAL, Budget, explain
from pytest_oao.diff.common_ends import common_prefix
from pytest_oao.diff.equality import Verdict, equal
from pytest_oao.diff.ignore import NOTHING, Ignore
from pytest_oao.diff.renaming import Renaming
from pytest_oao.model.bodies import Body
from pytest_oao.model.divergences import Change, Explanation
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON

_FORM = "application/x-www-form-urlencoded"
_BOM = "\ufeff"
_UNPRINTED = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_LOOKED_AT = 4_096
"""Characters of a body that are searched for control characters."""


def equal_bodies(expected: Body, actual: Body, renaming: Renaming, ignore: Ignore = NOTHING) -> Verdict:
    """Compare two bodies by what they say: JSON and forms by structure, text up to renaming, other bytes as such."""
    if expected == actual:
        return Verdict(equal=True)
    one, other = content(expected), content(actual)
    if isinstance(one, bytes) or isinstance(other, bytes):
        return Verdict(equal=False, path="$")
    return equal(one, other, renaming, ignore)


def explain_bodies(
    expected: Body,
    actual: Body,
    *,
    ignore: Ignore = NOTHING,
    renaming: Renaming | None = None,
    budget: Budget = USUAL,
    before: Sequence[Exchange] = (),
) -> Explanation:
    """Explain how two bodies differ, as `explain` does; no changes when `equal_bodies` finds them equal."""
    if expected == actual:
        return Explanation()
    one, other = content(expected), content(actual)
    if isinstance(one, bytes) or isinstance(other, bytes):
        return _binary(expected, actual)
    return explain(one, other, ignore=ignore, renaming=renaming, budget=budget, before=before)


def content(body: Body) -> JSON | bytes:
    """Return what a body says: its JSON, the fields of a form, its text; its bytes where it is none of these."""
    data = body.data
    text = _text(data)
    if text is None:
        return data
    if body.media_type.startswith(_FORM):
        return _form(text)
    if "json" not in body.media_type and text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        value: JSON = json.loads(text.removeprefix(_BOM))
    except (ValueError, RecursionError):
        return text
    return value


def _text(data: bytes) -> str | None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    # One NUL or escape in the first part tells an image or an archive that happens to decode.
    return None if _UNPRINTED.search(text, 0, _LOOKED_AT) else text


def _form(text: str) -> JSON:
    """Return the fields of a form: a field that stands once is a text, one that stands more often a list."""
    fields: dict[str, list[JSON]] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        fields.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else values for key, values in fields.items()}


def _binary(expected: Body, actual: Body) -> Explanation:
    offset = common_prefix(expected.data, actual.data)
    change = Change(
        "$", "changed", _described(expected), _described(actual), (f"  (first difference at byte {offset:,})",)
    )
    return Explanation((change,), cause=f"the bytes differ from offset {offset:,} on")


def _described(body: Body) -> str:
    media = body.media_type or "binary"
    return f"{media}, {len(body.data):,} bytes, sha256 {body.sha256}"
