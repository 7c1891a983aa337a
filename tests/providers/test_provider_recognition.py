import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.model.calls import Call
from pytest_oao.providers.hosts import provider_name
from pytest_oao.providers.recognition import (
    ANTHROPIC_MESSAGES,
    BEDROCK_CONVERSE,
    COHERE_CHAT,
    COHERE_EMBEDDINGS,
    GEMINI_CONTENT,
    GEMINI_EMBEDDINGS,
    OPENAI_CHAT,
    OPENAI_COMPLETIONS,
    OPENAI_EMBEDDINGS,
    OPENAI_RESPONSES,
    PROVIDERS,
    codec_of,
    recognise,
)

BEDROCK = "/model/us.anthropic.claude-opus-4-1-20250805-v1:0"
VERTEX = "/publishers/anthropic/models/claude-sonnet-4@20250514"

MODEL_CALLS = [
    ("/v1/chat/completions", OPENAI_CHAT, "/chat/completions", ""),
    ("/chat/completions", OPENAI_CHAT, "/chat/completions", ""),
    ("/v1/chat/completions/", OPENAI_CHAT, "/chat/completions", ""),
    ("/openai/v1/chat/completions", OPENAI_CHAT, "/chat/completions", ""),
    ("/api/paas/v4/chat/completions", OPENAI_CHAT, "/chat/completions", ""),
    ("/v1/projects/p/locations/l/endpoints/openapi/chat/completions", OPENAI_CHAT, "/chat/completions", ""),
    ("/openai/deployments/gpt-4o/chat/completions", OPENAI_CHAT, "/deployments/gpt-4o/chat/completions", "gpt-4o"),
    ("/openai/deployments/old/completions", OPENAI_COMPLETIONS, "/deployments/old/completions", "old"),
    ("/openai/deployments/ada/embeddings", OPENAI_EMBEDDINGS, "/deployments/ada/embeddings", "ada"),
    ("/v1/completions", OPENAI_COMPLETIONS, "/completions", ""),
    ("/v1/embeddings", OPENAI_EMBEDDINGS, "/embeddings", ""),
    ("/v1/responses", OPENAI_RESPONSES, "/responses", ""),
    ("/openai/responses", OPENAI_RESPONSES, "/responses", ""),
    ("/backend-api/codex/responses", OPENAI_RESPONSES, "/responses", ""),
    ("/v1/messages", ANTHROPIC_MESSAGES, "/messages", ""),
    ("/messages", ANTHROPIC_MESSAGES, "/messages", ""),
    ("/anthropic/v1/messages", ANTHROPIC_MESSAGES, "/messages", ""),
    ("/v1/account/gateway/anthropic/v1/messages", ANTHROPIC_MESSAGES, "/messages", ""),
    ("/proxy/models/v1/messages", ANTHROPIC_MESSAGES, "/messages", ""),
    ("/proxy/messages", ANTHROPIC_MESSAGES, "/messages", ""),
    (BEDROCK + "/invoke", ANTHROPIC_MESSAGES, BEDROCK + "/invoke", BEDROCK[7:]),
    (BEDROCK.replace(":", "%3A") + "/invoke", ANTHROPIC_MESSAGES, BEDROCK + "/invoke", BEDROCK[7:]),
    (
        "/proxy" + BEDROCK + "/invoke-with-response-stream",
        ANTHROPIC_MESSAGES,
        BEDROCK + "/invoke-with-response-stream",
        BEDROCK[7:],
    ),
    (
        "/model/arn:aws:bedrock:us-east-1:1:inference-profile%2Fus.anthropic.claude-opus-4-1/invoke",
        ANTHROPIC_MESSAGES,
        "/model/arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-1/invoke",
        "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-1",
    ),
    (
        "/v1/projects/p/locations/us-east5" + VERTEX + ":rawPredict",
        ANTHROPIC_MESSAGES,
        VERTEX + ":rawPredict",
        "claude-sonnet-4@20250514",
    ),
    (VERTEX + ":streamRawPredict", ANTHROPIC_MESSAGES, VERTEX + ":streamRawPredict", "claude-sonnet-4@20250514"),
]

GEMINI = "/models/gemini-2.5-flash"
MODEL_CALLS += [
    ("/v1beta" + GEMINI + ":generateContent", GEMINI_CONTENT, GEMINI + ":generateContent", GEMINI[8:]),
    ("/v1beta" + GEMINI + ":streamGenerateContent", GEMINI_CONTENT, GEMINI + ":streamGenerateContent", GEMINI[8:]),
    ("/v1beta" + GEMINI + "%3AgenerateContent", GEMINI_CONTENT, GEMINI + ":generateContent", GEMINI[8:]),
    (
        "/v1beta1/projects/p/locations/global/publishers/google" + GEMINI + ":generateContent",
        GEMINI_CONTENT,
        GEMINI + ":generateContent",
        GEMINI[8:],
    ),
    ("/v1beta/tunedModels/mine-1:generateContent", GEMINI_CONTENT, "/tunedModels/mine-1:generateContent", "mine-1"),
    (
        "/v1/projects/p/locations/us-central1/endpoints/123:streamGenerateContent",
        GEMINI_CONTENT,
        "/endpoints/123:streamGenerateContent",
        "123",
    ),
    (
        "/gemini/v1beta/models/gemma3:4b:generateContent",
        GEMINI_CONTENT,
        "/models/gemma3:4b:generateContent",
        "gemma3:4b",
    ),
    (
        "/v1beta/models/text-embedding-004:embedContent",
        GEMINI_EMBEDDINGS,
        "/models/text-embedding-004:embedContent",
        "text-embedding-004",
    ),
    ("/v1beta/models/e:batchEmbedContents", GEMINI_EMBEDDINGS, "/models/e:batchEmbedContents", "e"),
    (BEDROCK + "/converse", BEDROCK_CONVERSE, BEDROCK + "/converse", BEDROCK[7:]),
    (
        "/model/amazon.nova-lite-v1%3A0/converse-stream",
        BEDROCK_CONVERSE,
        "/model/amazon.nova-lite-v1:0/converse-stream",
        "amazon.nova-lite-v1:0",
    ),
    (
        "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.amazon.nova/converse",
        BEDROCK_CONVERSE,
        "/model/arn:aws:bedrock:us-east-1:1:inference-profile/us.amazon.nova/converse",
        "arn:aws:bedrock:us-east-1:1:inference-profile/us.amazon.nova",
    ),
    ("/v2/chat", COHERE_CHAT, "/v2/chat", ""),
    ("/cohere/v2/chat", COHERE_CHAT, "/v2/chat", ""),
    ("/v2/embed", COHERE_EMBEDDINGS, "/v2/embed", ""),
]

OTHER_CALLS = [
    ("GET", "/v1/chat/completions"),
    ("GET", "/v1/responses/resp_1"),
    ("DELETE", "/v1/responses/resp_1"),
    ("POST", "/v1/responses/resp_1/cancel"),
    ("GET", "/v1/responses/resp_1/input_items"),
    ("POST", "/v1/responses/compact"),
    ("POST", "/v1/responses/input_tokens"),
    ("GET", "/v1/chat/completions/c_1/messages"),
    ("POST", "/v1/chat/completions/c_1"),
    ("POST", "/v1/messages/count_tokens"),
    ("POST", "/v1/messages/batches"),
    ("POST", "/v1/threads/thread_1/messages"),
    ("POST", "/api/v10/channels/123/messages"),
    ("POST", "/v19.0/10055500/messages"),
    ("POST", "/v3/mg.example.com/messages"),
    ("POST", "/v3/surveys/9/responses"),
    ("POST", "/v3/collectors/main/responses"),
    ("POST", "/api/show_messages"),
    ("POST", "/v1/deepchat/completionsx"),
    ("POST", "/model/amazon.nova-lite-v1%3A0/invoke"),
    ("GET", BEDROCK + "/converse"),
    ("POST", BEDROCK + "/count-tokens"),
    ("POST", "/v1beta/models/gemini-2.5-flash:countTokens"),
    ("GET", "/v1beta/models/gemini-2.5-flash:generateContent"),
    ("POST", "/v1beta/cachedContents"),
    ("POST", "/v1beta/models/imagen-4:predict"),
    ("POST", "/v1/chat"),
    ("POST", "/v2/rerank"),
    ("POST", "/publishers/anthropic/models/count-tokens:rawPredict"),
    ("POST", "/publishers/google/models/gemini-2.5:rawPredict"),
    ("POST", ""),
    ("POST", "/"),
]


@pytest.mark.parametrize(("path", "provider", "endpoint", "model"), MODEL_CALLS)
def test_model_calls_are_known_by_their_path(path, provider, endpoint, model):
    found = recognise("POST", path)
    assert found is not None
    assert (found.provider, found.endpoint, found.model) == (provider, endpoint, model)


@pytest.mark.parametrize(("method", "path"), OTHER_CALLS)
def test_other_calls_are_left_alone(method, path):
    assert recognise(method, path) is None


@pytest.mark.parametrize(("path", "provider", "endpoint", "model"), MODEL_CALLS)
def test_the_codec_is_found_back_from_the_call(path, provider, endpoint, model):
    assert codec_of(Call(provider.operation, f"POST {endpoint}")) is provider
    assert codec_of(Call(provider.operation, f"POST {endpoint}?beta=true&x=/y")) is provider
    assert codec_of(Call("http", f"POST https://host{path}")) is None


@pytest.mark.parametrize(
    "call",
    [
        Call("execute_tool", "search"),
        Call("chat", "GET /responses"),
        Call("embeddings", "POST /messages"),
        Call("", ""),
    ],
)
def test_a_call_of_another_kind_has_no_codec(call):
    assert codec_of(call) is None


@pytest.mark.parametrize(
    ("host", "path", "name"),
    [
        ("api.openai.com", "/v1/responses", "openai"),
        ("localhost:8000", "/v1/chat/completions", "openai"),
        ("localhost", "/v1/messages", "anthropic"),
        ("api.anthropic.com:443", "/v1/messages", "anthropic"),
        ("me.openai.azure.com", "/openai/v1/responses", "azure.ai.openai"),
        ("proxy.test", "/openai/deployments/gpt-4o/chat/completions", "azure.ai.openai"),
        ("me.services.ai.azure.com", "/openai/v1/responses", "azure.ai.openai"),
        ("me.services.ai.azure.com", "/anthropic/v1/messages", "anthropic"),
        ("me.services.ai.azure.com", "/models/chat/completions", "azure.ai.inference"),
        ("proxy.test", BEDROCK + "/invoke", "aws.bedrock"),
        ("bedrock-runtime.us-east-1.amazonaws.com", "/openai/v1/chat/completions", "aws.bedrock"),
        ("bedrock-mantle.us-east-1.api.aws", "/anthropic/v1/messages", "aws.bedrock"),
        ("us-east5-aiplatform.googleapis.com", "/v1/projects/p/locations/l" + VERTEX + ":rawPredict", "gcp.vertex_ai"),
        ("aiplatform.us.rep.googleapis.com", "/v1beta1/endpoints/openapi/chat/completions", "gcp.vertex_ai"),
        ("generativelanguage.googleapis.com", "/v1beta/openai/chat/completions", "gcp.gemini"),
        ("generativelanguage.googleapis.com", "/v1beta" + GEMINI + ":generateContent", "gcp.gemini"),
        ("localhost:80", "/v1beta" + GEMINI + ":streamGenerateContent", "gcp.gemini"),
        ("aiplatform.googleapis.com", "/v1/publishers/google" + GEMINI + ":generateContent", "gcp.vertex_ai"),
        ("proxy.test", "/v1/projects/p/locations/l/publishers/google" + GEMINI + ":generateContent", "gcp.vertex_ai"),
        ("proxy.test", BEDROCK + "/converse", "aws.bedrock"),
        ("api.cohere.com", "/v2/chat", "cohere"),
        ("proxy.test", "/v2/embed", "cohere"),
        ("api.groq.com", "/openai/v1/chat/completions", "groq"),
        ("API.Mistral.ai", "/v1/chat/completions", "mistral_ai"),
        ("api.deepseek.com", "/anthropic/v1/messages", "deepseek"),
        ("api.x.ai", "/v1/responses", "x_ai"),
        ("notx.ai", "/v1/responses", "openai"),
        ("api.openai.com", "/v1/files", ""),
    ],
)
def test_who_serves_a_call_is_named_by_host_and_path(host, path, name):
    assert provider_name(host, path) == name


@given(st.text(max_size=60), st.sampled_from([tail for tail, *_ in MODEL_CALLS]))
def test_any_path_is_looked_at_and_an_endpoint_stands_for_itself(prefix, tail):
    for path in (prefix, prefix + tail, tail + prefix):
        found = recognise("POST", path)
        if found:
            assert found.endpoint.startswith("/")
            assert recognise("POST", found.endpoint.replace("%", "%25")) is not None


def test_a_path_seen_before_costs_less_than_a_microsecond():
    recognise("POST", "/v1/chat/completions")
    best = min(timeit.repeat(lambda: recognise("POST", "/v1/chat/completions"), number=2000, repeat=7)) / 2000
    assert best < 2e-6  # twice the aim: the machines that run this are shared


def test_every_built_in_names_itself():
    assert {provider.operation for provider in PROVIDERS} == {"chat", "embeddings", "text_completion"}
