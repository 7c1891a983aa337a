"""`gen_ai.provider.name`, by host and path: many speak another's API."""

from functools import lru_cache

from pytest_oao.providers.recognition import recognise

_BY_PATH = (
    ("/publishers/anthropic/", "gcp.vertex_ai"),
    ("/model/", "aws.bedrock"),
    ("/deployments/", "azure.ai.openai"),
)
"""Endpoints that only one of them has, whatever proxy stands before it."""
_BY_HOST = (
    ("openai.azure.com", "azure.ai.openai"),
    ("cognitiveservices.azure.com", "azure.ai.openai"),
    ("models.ai.azure.com", "azure.ai.inference"),
    ("models.inference.ai.azure.com", "azure.ai.inference"),
    ("generativelanguage.googleapis.com", "gcp.gemini"),
    ("ml.cloud.ibm.com", "ibm.watsonx.ai"),
    ("groq.com", "groq"),
    ("deepseek.com", "deepseek"),
    ("mistral.ai", "mistral_ai"),
    ("perplexity.ai", "perplexity"),
    ("x.ai", "x_ai"),
    ("cohere.com", "cohere"),
    ("cohere.ai", "cohere"),
    ("moonshot.ai", "moonshot_ai"),
    ("moonshot.cn", "moonshot_ai"),
    ("anthropic.com", "anthropic"),
    ("openai.com", "openai"),
)


@lru_cache(maxsize=1024)
def provider_name(host: str, path: str) -> str:
    """Return who serves a model call, as OpenTelemetry names them: the API's own provider where the host is unknown."""
    found = recognise("POST", path)
    if found is None:
        return ""
    for part, name in _BY_PATH:
        if part in found.endpoint:
            return name
    return _by_host(host.partition(":")[0].lower(), path) or found.provider.name


def _by_host(host: str, path: str) -> str:
    if "/publishers/google/" in path or (host.endswith("googleapis.com") and "aiplatform" in host):
        return "gcp.vertex_ai"
    if host.endswith((".amazonaws.com", ".api.aws")):
        return "aws.bedrock"
    if host.endswith(".services.ai.azure.com"):  # Foundry: each provider's API below its own name
        return "azure.ai.openai" if "/openai/" in path else "" if "/anthropic/" in path else "azure.ai.inference"
    return next((name for known, name in _BY_HOST if f".{host}".endswith(f".{known}")), "")
