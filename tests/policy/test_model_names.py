import pytest

from pytest_oao.policy.model_names import readings, telling
from pytest_oao.policy.price_tables import shipped

ROWS = shipped().rows


def found(model: str, provider: str) -> str | None:
    """The row that a name is priced by."""
    return next((reading.model for reading in readings(model, provider) if reading in ROWS), None)


@pytest.mark.parametrize(
    ("model", "provider", "row"),
    [
        ("gpt-5", "openai", "gpt-5"),
        ("gpt-5-2025-08-07", "openai", "gpt-5"),
        ("gpt-4o-2024-08-06", "azure.ai.openai", "gpt-4o"),
        ("claude-sonnet-4-5-20250929", "anthropic", "claude-sonnet-4-5"),
        ("claude-3-7-sonnet-latest", "anthropic", "claude-3-7-sonnet"),
        ("claude-sonnet-4-5@20250929", "gcp.vertex_ai", "claude-sonnet-4-5"),
        ("claude-opus-5@default", "gcp.vertex_ai", "claude-opus-5"),
        ("models/gemini-2.5-flash", "gcp.gemini", "gemini-2.5-flash"),
        ("publishers/google/models/gemini-2.5-pro", "gcp.vertex_ai", "gemini-2.5-pro"),
        ("projects/p/locations/l/publishers/anthropic/models/claude-haiku-4-5", "gcp.vertex_ai", "claude-haiku-4-5"),
        ("google/gemini-2.5-pro", "gcp.vertex_ai", "gemini-2.5-pro"),
        ("amazon.nova-lite-v1:0", "aws.bedrock", "amazon.nova-lite"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "aws.bedrock", "amazon.nova-lite"),
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", "aws.bedrock", "anthropic.claude-3-7-sonnet"),
        ("us.anthropic.claude-opus-4-6-v1", "aws.bedrock", "regional.anthropic.claude-opus-4-6"),
        (
            "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-haiku-4-5-20251001-v1:0",
            "aws.bedrock",
            "regional.anthropic.claude-haiku-4-5",
        ),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws.bedrock", "claude-sonnet-4-5"),
        ("amazon.titan-embed-text-v2:0", "aws.bedrock", "amazon.titan-embed-text-v2:0"),
        ("openai/gpt-oss-120b", "groq", "openai/gpt-oss-120b"),
        ("ft:gpt-4o-mini-2024-07-18:acme::Abc123", "openai", "ft:gpt-4o-mini-2024-07-18"),
    ],
)
def test_a_name_means_a_model(model, provider, row):
    assert found(model, provider) == row


@pytest.mark.parametrize(
    ("model", "provider", "row"),
    [
        ("openai/gpt-5", "openai", "gpt-5"),
        ("anthropic/claude-sonnet-5", "openai", "claude-sonnet-5"),
        ("claude-sonnet-5-20260101", "openai", "claude-sonnet-5"),
        ("gpt-5", "anthropic", "gpt-5"),
        ("groq/openai/gpt-oss-120b", "openai", "openai/gpt-oss-120b"),
        ("bedrock/us.anthropic.claude-opus-4-6-v1", "openai", "regional.anthropic.claude-opus-4-6"),
        ("x-ai/grok-4.5", "openai", "grok-4.5"),
    ],
)
def test_a_gateway_is_asked_for_models_of_others(model, provider, row):
    assert found(model, provider) == row


@pytest.mark.parametrize(
    ("model", "row"),
    [
        ("gpt-5-mini-2025-08-07", "gpt-5-mini"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("openai/gpt-5-mini", "gpt-5-mini"),
        ("groq/openai/gpt-oss-120b", "openai/gpt-oss-120b"),
    ],
)
def test_a_name_of_an_import_that_tells_no_provider_means_its_maker_s_model(model, row):
    assert found(model, "") == row


@pytest.mark.parametrize(
    ("model", "provider", "row"),
    [
        ("gemini-2.5-pro", "google_genai", "gemini-2.5-pro"),
        ("claude-sonnet-4-5@20250929", "vertex_ai", "claude-sonnet-4-5"),
        ("gpt-4o-2024-08-06", "az.ai.openai", "gpt-4o"),
        ("amazon.nova-lite-v1:0", "bedrock", "amazon.nova-lite"),
        ("grok-4.5", "xai", "grok-4.5"),
    ],
)
def test_a_provider_may_be_called_otherwise(model, provider, row):
    assert found(model, provider) == row


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("", "openai"),
        ("", ""),
        ("gpt-5-turbo", "openai"),
        ("my-gpt-5", "openai"),
        ("gpt-5.", "openai"),
        ("gpt-4o-mini-2024-07-18.ft-0123456789abcdef", "azure.ai.openai"),
        ("ft:gpt-5-2025-08-07:acme::Abc123", "openai"),
        ("tunedModels/gemini-2.5-flash", "gcp.gemini"),
        ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3", "aws.bedrock"),
        ("arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/amazon.nova-lite-v1:0", "aws.bedrock"),
        ("us-gov.anthropic.claude-opus-4-6-v1", "aws.bedrock"),
        ("anthropic.claude-opus-4-6-v1", "aws.bedrock"),
        ("eu.amazon.nova-lite-v1:0", "aws.bedrock"),
        ("openai/gpt-oss-120b", "openai"),
        ("deepseek/deepseek-v4-pro", "openai"),
        ("mistral-small-latest", "openai"),
        ("openai/gpt-5", "groq"),
        ("gpt-5", "mistral_ai"),
        ("mistral-small-latest", ""),
        ("deepseek/deepseek-v4-pro", ""),
        ("azure/gpt-5", ""),
        ("gpt-5", "langchain"),
        ("claude-opus-5", "aws.bedrock"),
    ],
)
def test_a_name_that_may_cost_something_else_means_nothing(model, provider):
    assert found(model, provider) is None


def test_the_exact_name_comes_first():
    assert found("gpt-4o-2024-05-13", "openai") == "gpt-4o-2024-05-13"
    assert ROWS[readings("gpt-4o-2024-05-13", "openai")[0]].price != ROWS[readings("gpt-4o", "openai")[0]].price


@pytest.mark.parametrize("reading", ROWS, ids="/".join)
def test_a_listed_name_means_itself(reading):
    assert readings(reading.model, reading.provider)[0] == reading


def test_no_two_makers_share_a_name():
    makers = {"openai", "anthropic", "gcp.gemini", "x_ai"}
    names = [reading.model for reading in ROWS if reading.provider in makers]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("provider", ["azure.ai.openai", "azure.ai.inference", "azure", "az.ai.openai"])
def test_what_a_deployment_is_called_tells_nothing(provider):
    assert telling(("gpt-4o-2024-08-06", "gpt-4o"), provider) == ("gpt-4o-2024-08-06",)
    assert telling(("gpt-4o",), provider) == ()


def test_elsewhere_both_names_tell():
    assert telling(("gpt-4o-2024-08-06", "gpt-4o"), "openai") == ("gpt-4o-2024-08-06", "gpt-4o")
