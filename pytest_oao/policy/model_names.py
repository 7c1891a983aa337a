"""Which model a name means: without a path, a date or a region where the price is the same, and never by likeness."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple


class Reading(NamedTuple):
    """What a name may mean: a model of a provider whose prices are known."""

    provider: str
    model: str


_CLOSED = ("openai", "anthropic", "gcp.gemini", "x_ai")
"""Providers whose models nobody else has: a name of theirs means them, whichever proxy is asked."""
_ANY = frozenset(("openai", "anthropic"))
"""Providers whose API proxies and gateways speak too: calls to a host that nobody knows go by these names."""
_DEPLOYED = frozenset(("azure.ai.openai", "azure.ai.inference"))
"""Providers where a customer gives a model a name of his own."""
_SOLD_BY = {
    "azure.ai.openai": ("openai",),
    "azure.ai.inference": ("openai",),
    "gcp.vertex_ai": ("gcp.gemini", "anthropic"),
}
_BY_PREFIX = {
    "anthropic": "anthropic",
    "bedrock": "aws.bedrock",
    "cohere": "cohere",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "groq": "groq",
    "mistral": "mistral_ai",
    "openai": "openai",
    "vertex_ai": "gcp.gemini",
    "x-ai": "x_ai",
    "xai": "x_ai",
}
"""As gateways write `openai/gpt-5`. Not `deepseek/` nor `mistralai/`: whoever runs open weights calls them so."""
_CALLED = {
    "amazon_bedrock": "aws.bedrock",
    "aws": "aws.bedrock",
    "az.ai.inference": "azure.ai.inference",
    "az.ai.openai": "azure.ai.openai",
    "azure": "azure.ai.openai",
    "azure_openai": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "google_genai": "gcp.gemini",
    "google_vertexai": "gcp.vertex_ai",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "vertex_ai": "gcp.vertex_ai",
    "x-ai": "x_ai",
    "xai": "x_ai",
}
"""What those that trace agents call a provider, earlier releases of OpenTelemetry's names among them."""
_PATH = re.compile(
    r"^(?:(?:projects/[^/]+/locations/[^/]+/)?publishers/(?:google|anthropic)/models/"
    r"|models/"
    r"|arn:aws:bedrock:[^/]*:(?:foundation-model|inference-profile)/)"
)
_TUNED = re.compile(r"^(ft:[^:]+):.*$")
_DATE = re.compile(r"(?:-20\d\d-\d\d-\d\d|[-@]20\d{6}|[-@]latest|@default)$")
_VERSION = re.compile(r"-v\d+(?::\d+)?$")
_REGION = re.compile(r"^(?:apac|au|eu|jp|us)\.(?=anthropic\.)")
_GLOBAL = "global.anthropic."


def telling(models: Sequence[str], provider: str) -> Sequence[str]:
    """Return the names that tell the model: on Azure, the last one, which was asked for, is whatever somebody chose."""
    return models[:-1] if _CALLED.get(provider, provider) in _DEPLOYED else models


@lru_cache(maxsize=4096)
def readings(model: str, provider: str) -> tuple[Reading, ...]:
    """Return what a name may mean to a provider, the most exact first; an import may tell no provider: empty."""
    return tuple(dict.fromkeys(_readings(model, _CALLED.get(provider, provider))))


def _readings(model: str, provider: str) -> Iterator[Reading]:
    sellers = _sellers(provider)
    for name in (model, _PATH.sub("", model)):
        for seller in sellers:
            yield from _shortened(seller, name)
    prefix, _, rest = _PATH.sub("", model).partition("/")
    seller = _BY_PREFIX.get(prefix, "")
    if rest and seller and (not provider or provider in _ANY or seller in sellers):
        yield from _shortened(seller, rest)


def _sellers(provider: str) -> tuple[str, ...]:
    if not provider:
        return _CLOSED
    if provider in _ANY:
        return (provider, *(other for other in _CLOSED if other != provider))
    return _SOLD_BY.get(provider, (provider,))


def _shortened(seller: str, name: str) -> Iterator[Reading]:
    yield Reading(seller, name)
    name = _TUNED.sub(r"\1", name)
    yield Reading(seller, name)
    if seller == "aws.bedrock":
        yield from _of_bedrock(name)
    else:
        yield Reading(seller, _DATE.sub("", name))


def _of_bedrock(name: str) -> Iterator[Reading]:
    unversioned = _VERSION.sub("", name)
    plain = _DATE.sub("", unversioned)
    yield Reading("aws.bedrock", unversioned)
    yield Reading("aws.bedrock", plain)
    yield Reading("aws.bedrock", _REGION.sub("regional.", plain))
    if plain.startswith(_GLOBAL):  # costs what it costs at Anthropic; a region is dearer
        yield Reading("anthropic", plain.removeprefix(_GLOBAL))
