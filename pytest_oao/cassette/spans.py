"""Spans of bytes to replace: found by many rules, merged, and applied at once."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

Span = tuple[int, int, bytes]
"""Start, end, and what stands there instead."""

PLACEHOLDER = re.compile(rb"~redacted-[a-z-]+~")
"""Made of RFC 3986's unreserved characters, so that JSON, URLs and headers stay what they are.

It says the rule and nothing of the secret: recordings with two different keys compare equal, and no guess can be
tested.
"""


def placeholder(rule: str) -> bytes:
    """Return what stands in place of a secret that `rule` (lower-case letters and dashes) found."""
    return b"~redacted-" + rule.encode("ascii") + b"~"


def merge(data: bytes, spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order with overlaps united, without those that lie in a placeholder already."""
    ordered = sorted(span for span in spans if span[0] < span[1])
    if b"~redacted-" in data:
        ordered = _outside(ordered, [match.span() for match in PLACEHOLDER.finditer(data)])
    if all(span[0] >= before[1] for before, span in pairwise(ordered)):
        return ordered
    merged: list[Span] = []
    for span in ordered:
        if merged and span[0] < merged[-1][1]:
            start, end, replacement = merged[-1]
            merged[-1] = (start, max(end, span[1]), replacement or span[2])
        else:
            merged.append(span)
    return merged


def _outside(ordered: list[Span], taken: Sequence[tuple[int, int]]) -> list[Span]:
    kept, at = [], 0
    for span in ordered:
        while at < len(taken) and taken[at][1] <= span[0]:
            at += 1
        if at == len(taken) or span[0] < taken[at][0] or span[1] > taken[at][1]:
            kept.append(span)
    return kept


def apply(data: bytes, spans: Sequence[Span]) -> bytes:
    """Return `data` with merged spans replaced."""
    pieces: list[bytes] = []
    at = 0
    for start, end, replacement in spans:
        pieces += (data[at:start], replacement)
        at = end
    pieces.append(data[at:])
    return b"".join(pieces)


def apply_to_parts(parts: Sequence[bytes], spans: Sequence[Span]) -> list[bytes]:
    """Replace merged spans of the joined parts; a replacement goes to the part in which its span starts."""
    data = b"".join(parts)
    cuts, position, shift, pending = [0], 0, 0, iter([*spans, (len(data) + 1, len(data) + 1, b"")])
    start, end, replacement = next(pending)
    for part in parts:
        position += len(part)
        while end <= position:
            shift += len(replacement) - (end - start)
            start, end, replacement = next(pending)
        cuts.append(start + shift + len(replacement) if start < position else position + shift)
    whole = apply(data, spans)
    return [whole[a:b] for a, b in pairwise(cuts)]
