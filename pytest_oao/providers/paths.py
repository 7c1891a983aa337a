"""Which part of a URL's path is a model API's endpoint, on any host and below any prefix of a gateway."""

import re
from collections.abc import Collection
from urllib.parse import unquote

_VERSION_OR_GATEWAY = re.compile(r"(?:v\d\w*|openai|anthropic|api|codex)?\Z")
_WORD = re.compile(r"[A-Za-z_-]+\Z")
_GOOGLE_MODEL = re.compile(r"/(?:models|tunedModels|endpoints)/[^/]+\Z")
_DEPLOYMENT = re.compile(r"/deployments/[^/]+\Z")


def endpoint(path: str, tail: str) -> str | None:
    """Return `tail` where `path` ends in it, after Azure's `/deployments/{name}` where that stands before it."""
    head = _head(path, tail)
    if head is None:
        return None
    deployment = _DEPLOYMENT.search(head)
    return deployment.group() + tail if deployment else tail


def common_endpoint(path: str, tail: str) -> str | None:
    """Return the same for a `tail` of one common word, unless it names the parts of some other thing.

    `/v1/messages` and `/proxy/anthropic/messages` are model calls; `/threads/{id}/messages`, `/channels/{id}/messages`
    and `/surveys/{id}/responses` are other services' resources.
    """
    head = _head(path, tail)
    if head is None:
        return None
    collection, _, parent = head.rpartition("/")
    if _VERSION_OR_GATEWAY.match(parent) or _DEPLOYMENT.search(head):
        return endpoint(path, tail)
    return tail if _WORD.match(parent) and not collection.endswith("s") else None


def model_verb(path: str, verbs: Collection[str]) -> str | None:
    """Return `/models/{model}:{verb}` where a path of Google's ends in it, decoded; tuned models have other names."""
    model, _, verb = unquote(path).rpartition(":")
    found = _GOOGLE_MODEL.search(model) if verb in verbs else None
    return f"{found.group()}:{verb}" if found else None


def _head(path: str, tail: str) -> str | None:
    path = path.rstrip("/")
    return path.removesuffix(tail) if path.endswith(tail) else None
