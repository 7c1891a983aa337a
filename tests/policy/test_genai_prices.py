import sys
from decimal import Decimal
from types import SimpleNamespace

import pytest

from pytest_oao.errors import BadPolicy
from pytest_oao.model.exchanges import Usage
from pytest_oao.policy.genai_prices import GenaiPrices
from pytest_oao.policy.prices import Prices, named_prices

USAGE = Usage(1000, 100, 400, 200, 50)


def test_without_the_package_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    with pytest.raises(BadPolicy, match=r"pytest-oao\[prices\]"):
        named_prices("genai-prices", tmp_path)
    with pytest.raises(BadPolicy, match="oao_prices"):
        Prices.of("genai-prices")


def tiered(base, *tiers):
    tiers = [SimpleNamespace(start=start, price=Decimal(price)) for start, price in tiers]
    return SimpleNamespace(base=Decimal(base), tiers=tiers)


def knowing(**rates) -> GenaiPrices:
    """The package, knowing one model of OpenAI's."""
    told = {"input_mtok": None, "cache_read_mtok": None, "cache_write_mtok": None, "output_mtok": None} | rates

    def find(provider, name):
        if (provider, name) != ("openai", "m"):
            raise LookupError(name)
        return SimpleNamespace(model=SimpleNamespace(context_window=8), model_price=SimpleNamespace(**told))

    return GenaiPrices("fake", find)


def test_tiers_that_begin_at_different_lengths():
    rates = {"input_mtok": tiered("1", (10, "2"), (20, "3")), "output_mtok": tiered("4", (15, "5"))}
    price = knowing(**rates).listed(("m",), "openai").price
    costs = [price.of(Usage(each, 1)) * 1_000_000 for each in (10, 11, 16, 21)]
    assert costs == [14, 26, 37, 68]


def test_a_model_without_a_price_is_not_free():
    listed = knowing().listed(("m",), "openai")
    assert (listed.price, listed.window) == (None, 8)


def test_whom_the_package_does_not_know_it_is_not_asked_for():
    assert knowing().listed(("m",), "acme.openai") is None
    assert knowing().listed(("", "n"), "openai") is None


@pytest.fixture
def genai():
    return pytest.importorskip("genai_prices")


@pytest.mark.parametrize(
    ("model", "provider", "theirs"),
    [
        ("gpt-5-2025-08-07", "openai", "openai"),
        ("claude-opus-5", "anthropic", "anthropic"),
        ("gemini-2.5-pro", "gcp.gemini", "google"),
        ("mistral-small-latest", "mistral_ai", "mistral"),
        ("grok-4.5", "x_ai", "x-ai"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws.bedrock", "aws"),
        ("openai/gpt-oss-120b", "groq", "groq"),
    ],
)
@pytest.mark.parametrize("length", [1000, 500_000])
def test_it_costs_what_the_package_says(genai, tmp_path, model, provider, theirs, length):
    told = genai.Usage(input_tokens=length, cache_read_tokens=400, cache_write_tokens=200, output_tokens=100)
    expected = genai.calc_price(told, model, provider_id=theirs).total_price
    prices = named_prices("genai-prices", tmp_path)
    assert prices.cost((model,), provider, Usage(length, 100, 400, 200, 50)) == expected


def test_it_knows_windows_and_says_who_it_is(genai, tmp_path):
    prices = named_prices("genai-prices", tmp_path)
    assert prices.window(("gpt-5",), "openai") == 400_000
    assert prices.label == f"genai-prices {genai.__version__}"


def test_names_of_gateways_are_read_as_ours_are(genai):
    prices = Prices.of("genai-prices")
    direct = prices.cost(("claude-opus-5",), "anthropic", USAGE)
    assert prices.cost(("anthropic/claude-opus-5",), "openai", USAGE) == direct is not None


def test_a_deployment_of_azure_is_unknown_until_the_answer_says(genai):
    prices = Prices.of("genai-prices")
    assert prices.cost(("gpt-4o",), "azure.ai.openai", USAGE) is None
    assert prices.cost(("gpt-4o-2024-08-06", "bot"), "azure.ai.openai", USAGE) is not None


def test_what_it_does_not_know_is_unknown(genai):
    assert Prices.of("genai-prices").cost(("acme-1",), "openai", USAGE) is None


def test_own_prices_are_over_the_packages(genai, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.oao.prices]\nacme-1 = { input = 1, output = 1 }\n")
    prices = named_prices("genai-prices", tmp_path)
    assert prices.cost(("acme-1",), "openai", Usage(1_000_000, 0)) == 1
    assert prices.label.endswith(", under pyproject.toml")
