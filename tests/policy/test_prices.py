"""What calls cost, to the last digit, and what is not known."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal, localcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.errors import BadPolicy, MissingFile
from pytest_oao.model.exchanges import Usage
from pytest_oao.policy.model_names import Reading
from pytest_oao.policy.price import Price
from pytest_oao.policy.price_tables import shipped
from pytest_oao.policy.prices import Prices, named_prices

ROOT = Path(__file__).resolve().parents[2]
PRICES = Prices.of()
TABLE = shipped()
MILLION = 1_000_000
LOCAL = {"my-model": {"input": 0.5, "output": 1.5}}


def dollars(model: str, usage: Usage, provider: str = "openai", prices: Prices = PRICES) -> Decimal | None:
    return prices.cost((model,), provider, usage)


# what a call costs


def test_input_and_output():
    assert dollars("gpt-5", Usage(MILLION, MILLION)) == Decimal("11.25")
    assert dollars("gpt-5", Usage(1, 1)) == Decimal("0.00001125")


def test_input_takes_in_what_the_cache_was_read_and_written():
    usage = Usage(1_000_000, 0, cached_tokens=600_000, cache_write_tokens=100_000)
    assert dollars("claude-opus-5", usage, "anthropic") == Decimal("1.5") + Decimal("0.3") + Decimal("0.625")


def test_output_takes_in_what_was_thought():
    assert dollars("gpt-5", Usage(0, 1000, reasoning_tokens=900)) == dollars("gpt-5", Usage(0, 1000))


def test_a_cache_whose_price_nobody_tells_is_input():
    usage = Usage(100, 0, cached_tokens=40, cache_write_tokens=60)
    assert dollars("my-model", usage, prices=Prices.of(LOCAL)) == Decimal("0.00005")


def test_a_long_call_is_of_another_tier_as_a_whole():
    at, above = Usage(200_000, 1000), Usage(200_001, 1000)
    assert dollars("gemini-2.5-pro", at, "gcp.gemini") == Decimal("0.25") + Decimal("0.01")
    assert dollars("gemini-2.5-pro", above, "gcp.gemini") == Decimal("0.5000025") + Decimal("0.015")


def test_the_highest_tier_that_is_passed_counts():
    tiers = [{"above": 10, "input": 2}, {"above": 20, "input": 3}]
    prices = Prices.of({"m": {"input": 1, "tiers": tiers}})
    assert [dollars("m", Usage(each), prices=prices) for each in (10, 11, 21)] == [
        Decimal("0.00001"),
        Decimal("0.000022"),
        Decimal("0.000063"),
    ]


def test_an_embedding_writes_nothing():
    assert dollars("text-embedding-3-small", Usage(MILLION)) == Decimal("0.02")
    assert dollars("text-embedding-3-small", Usage(MILLION, 0)) == Decimal("0.02")
    assert dollars("text-embedding-3-small", Usage(MILLION, 5)) is None


@pytest.mark.parametrize(
    "usage",
    [
        Usage(),
        Usage(input_tokens=10),
        Usage(output_tokens=10),
        Usage(10, 10, cached_tokens=11),
        Usage(10, 10, cached_tokens=6, cache_write_tokens=5),
        Usage(10, 10, reasoning_tokens=11),
    ],
)
def test_tokens_that_are_not_told_or_contradict_each_other_cost_nobody_knows_what(usage):
    assert dollars("gpt-5", usage) is None


def test_a_coarse_context_of_the_agent_changes_nothing():
    with localcontext() as context:
        context.prec = 2
        assert dollars("gpt-5", Usage(123_457, 98_765)) == Decimal("1.14197125")


def test_the_first_name_that_is_known_is_taken():
    usage = Usage(MILLION, 0)
    assert PRICES.cost(("gpt-4o-2024-05-13", "gpt-4o"), "openai", usage) == 5
    assert PRICES.cost(("acme-1", "gpt-4o"), "openai", usage) == Decimal("2.5")
    assert PRICES.cost(("acme-1",), "openai", usage) is None
    assert PRICES.cost((), "openai", usage) is None


def test_on_azure_the_answer_says_which_model_it_was():
    usage = Usage(MILLION, 0)
    assert PRICES.cost(("gpt-4o-2024-08-06", "gpt-4"), "azure.ai.openai", usage) == Decimal("2.5")
    assert PRICES.cost(("gpt-4o",), "azure.ai.openai", usage) is None
    own = Prices.of({"support-bot": {"input": 3, "output": 4}})
    assert own.cost(("support-bot",), "azure.ai.openai", usage) == 3


def test_windows():
    assert PRICES.window(("gpt-5",), "openai") == 400_000
    assert PRICES.window(("acme-1",), "openai") is None


# properties

TOKENS = st.integers(0, 20_000)


@st.composite
def usages(draw):
    read, written, fresh, said, thought = (draw(TOKENS) for _ in range(5))
    return Usage(read + written + fresh, said + thought, read, written, thought)


@given(st.sampled_from(sorted(TABLE.rows)), usages(), usages())
def test_costs_add_up_below_the_tiers(reading, one, other):
    price = TABLE.rows[reading].price
    assert price
    if price.output is None:
        one, other = (replace(usage, output_tokens=None, reasoning_tokens=None) for usage in (one, other))
    parts = [price.of(usage) for usage in (one, other)]
    assert price.of(one + other) == sum(parts)
    assert price.of(Usage(0, 0)) == 0


@given(usages())
def test_more_tokens_never_cost_less(usage):
    for row in TABLE.rows.values():
        if row.price and row.price.output is not None:
            more = replace(usage, input_tokens=usage.input_tokens + 1, output_tokens=usage.output_tokens + 1)
            assert row.price.of(more) >= row.price.of(usage)


# the table


def rates(price: Price) -> list[Decimal | None]:
    return [price.input, price.cached_input, price.cache_write, price.output]


def test_the_table_tells_its_date_and_its_sources():
    assert date.fromisoformat(TABLE.date) <= date.today()  # noqa: DTZ011
    assert TABLE.sources
    assert PRICES.label == f"prices of {TABLE.date}"


def test_the_reference_tells_of_which_day_the_table_is_and_how_long():
    page = (ROOT / "docs" / "reference" / "prices.md").read_text()
    listed = json.loads((ROOT / "pytest_oao" / "policy" / "prices.json").read_text())["providers"]
    assert f"**of {TABLE.date}**" in page
    assert f"list prices of {sum(map(len, listed.values()))} current models" in page


@pytest.mark.parametrize("reading", TABLE.rows, ids="/".join)
def test_a_row_is_plausible(reading):
    row = TABLE.rows[reading]
    assert row.window
    assert row.price
    for price in (row.price, *(tier for _, tier in row.price.tiers)):
        assert all(rate is None or (rate.is_finite() and 0 < rate < Decimal("0.001")) for rate in rates(price))
        assert price.cached_input <= price.input <= price.cache_write
        assert price.output is None or price.output >= price.input
    assert [price.input for _, price in row.price.tiers] == sorted(price.input for _, price in row.price.tiers)


# prices of one's own


def test_own_prices_are_over_those_of_the_table():
    prices = Prices.of({"gpt-5": {"input": 1, "output": 2}})
    assert dollars("gpt-5-2025-08-07", Usage(MILLION, MILLION), prices=prices) == 3
    assert dollars("gpt-5-mini", Usage(MILLION, 0), prices=prices) == Decimal("0.25")
    assert prices.window(("gpt-5",), "openai") == 400_000


def test_a_window_of_ones_own_leaves_the_price_alone():
    prices = Prices.of({"gpt-5": {"context_window": 1000}})
    assert prices.window(("gpt-5",), "openai") == 1000
    assert dollars("gpt-5", Usage(MILLION, 0), prices=prices) == Decimal("1.25")


def test_a_local_model_is_free_where_somebody_says_so():
    prices = Prices.of({"llama-*": {"input": 0, "output": 0}})
    assert dollars("llama-4", Usage(MILLION, MILLION), prices=prices) == 0
    assert dollars("llama-4", Usage(), prices=prices) is None
    assert dollars("qwen-4", Usage(1, 1), prices=prices) is None


def test_a_name_is_before_a_pattern_and_the_first_pattern_before_the_next():
    prices = Prices.of({"m-*": {"input": 1}, "m-large-?": {"input": 2}, "m-large-1": {"input": 3}})
    costs = [dollars(name, Usage(MILLION), prices=prices) for name in ("m-small", "m-large-2", "m-large-1")]
    assert costs == [1, 1, 3]


def test_one_row_is_for_several_names():
    prices = Prices.of({"m-1": {"input": 1, "also": ["m-latest", "m-old-*"]}})
    assert [dollars(name, Usage(MILLION), prices=prices) for name in ("m-1", "m-latest", "m-old-2")] == [1, 1, 1]


YAML = """\
# what our gateway bills
my-model: {input: 0.5, output: 1.5, cached_input: 0.05, cache_write: 0.6, context_window: 128000}
gpt-5: {input: 0.1, output: 1}
"""
JSON = '{"my-model": {"input": 0.5, "output": 1.5, "cached_input": 0.05, "cache_write": 0.6, "context_window": 128000}}'


@pytest.mark.parametrize(("name", "text"), [("prices.yaml", YAML), ("prices.yml", YAML), ("prices.json", JSON)])
def test_prices_in_a_file(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    prices = named_prices(name, tmp_path)
    assert dollars("my-model", Usage(100, 10, 50, 20), prices=prices) == Decimal("0.0000445")
    assert prices.window(("my-model",), "openai") == 128_000
    assert dollars("gpt-5-mini", Usage(MILLION, 0), prices=prices) == Decimal("0.25")
    assert prices.label == f"prices of {TABLE.date}, under {name}"


def test_an_empty_file_says_nothing(tmp_path):
    (tmp_path / "prices.yaml").write_text("# none yet\n")
    assert dollars("gpt-5", Usage(MILLION, 0), prices=named_prices("prices.yaml", tmp_path)) == Decimal("1.25")


def test_the_project_has_prices_of_its_own(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.oao.prices]\n"my-*" = { input = 1, output = 2 }\n')
    prices = named_prices("", tmp_path)
    assert dollars("my-model", Usage(MILLION, 0), prices=prices) == 1
    assert prices.label == f"prices of {TABLE.date}, under pyproject.toml"


def test_a_files_prices_are_over_the_projects(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.oao.prices]\nmine = { input = 1 }\nours = { input = 2 }\n")
    (tmp_path / "prices.yaml").write_text("mine: {input: 3}\n")
    prices = named_prices("prices.yaml", tmp_path)
    assert [dollars(name, Usage(MILLION), prices=prices) for name in ("mine", "ours")] == [3, 2]
    assert prices.label == f"prices of {TABLE.date}, under pyproject.toml, under prices.yaml"


@pytest.mark.parametrize("text", [None, "[tool.oao]\nx = 1\n", "[project]\n"])
def test_a_project_without_prices_has_those_of_the_table(tmp_path, text):
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    assert named_prices("", tmp_path).label == PRICES.label


def test_prices_are_taken_as_they_are():
    assert Prices.of(PRICES) is PRICES


# bad prices


@pytest.mark.parametrize(
    ("row", "what", "remedy"),
    [
        ({"input": 1, "outptu": 2}, "m.outptu: unknown key", "did you mean output?"),
        ({"input": 1, "zzz": 2}, "m.zzz: unknown key", "known are input, cached_input, cache_write, output,"),
        ({"input": -1}, "m.input: -1 is no price", "0 or more"),
        ({"input": float("nan")}, "m.input: nan is no price", ""),
        ({"input": float("inf")}, "m.input: inf is no price", ""),
        ({"input": True}, "m.input: True is no number", ""),
        ({"input": "0.5"}, "m.input: '0.5' is no number", ""),
        ({"output": 1}, "m: `input` is missing", ""),
        ({"input": 1, "context_window": 0}, "m.context_window: 0 is no number of tokens", ""),
        ({"input": 1, "context_window": True}, "m.context_window: True is no number of tokens", ""),
        ({"input": 1, "context_window": 1e5}, "m.context_window: 100000.0 is no number of tokens", ""),
        ({}, "m: neither a price nor a context window", ""),
        (3, "m: 3 is no mapping", ""),
        ({1: 2}, "m: the key 1 is no text", ""),
        ({"input": 1, "also": "n"}, "m.also: 'n' is no list of names", ""),
        ({"input": 1, "tiers": 3}, "m.tiers: 3 is no list", ""),
        ({"input": 1, "tiers": [{"input": 2}]}, "m.tiers.0.above: None is no number of tokens", ""),
        ({"input": 1, "tiers": [{"above": 5, "inputs": 2}]}, "m.tiers.0.inputs: unknown key", "did you mean input?"),
        ({"input": 1, "tiers": [{"above": 5, "input": 2, "output": 3}]}, "m.tiers.0: a tier prices what its model", ""),
        (
            {"input": 1, "tiers": [{"above": 5, "input": 2}, {"above": 5, "input": 3}]},
            "m.tiers.1.above: tiers rise",
            "",
        ),
    ],
)
def test_a_bad_row_is_refused_with_its_key(row, what, remedy):
    with pytest.raises(BadPolicy) as caught:
        Prices.of({"m": row})
    assert caught.value.what.startswith(what)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("prices.yaml", "good: {input: 1}\nbad.1:\n  input: 1\n  output: -2\n", 4),
        ("prices.yaml", "bad:\n  input: 1\n  tiers:\n    - {above: 3, input: 2}\n    - {above: 2, input: 3}\n", 5),
        ("prices.yaml", "good: {input: 1}\n\nbad: {context_window: 2.5}\n", 3),
        ("prices.json", '{\n\t"good": {"input": 1},\n\t"bad": {\n\t\t"input": NaN}}', 4),
    ],
)
def test_a_bad_row_of_a_file_is_refused_with_its_line(tmp_path, name, text, line):
    (tmp_path / name).write_text(text)
    with pytest.raises(BadPolicy) as caught:
        named_prices(name, tmp_path)
    assert caught.value.where == f"{tmp_path / name}:{line}"
    assert caught.value.what.startswith(("bad", "'bad.1'.output: -2"))


@pytest.mark.parametrize(
    ("name", "text"),
    [("prices.yaml", "a: [\n"), ("prices.yaml", "- 1\n"), ("prices.json", "{"), ("prices.json", "[1]")],
)
def test_a_file_that_is_none_is_refused(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(BadPolicy, match=name):
        named_prices(name, tmp_path)


def test_a_folder_and_bytes_are_no_files_of_prices(tmp_path):
    (tmp_path / "prices.yaml").write_bytes(b"\xff\xfe")
    for name in ("prices.yaml", "."):
        with pytest.raises(BadPolicy, match="cannot be read"):
            named_prices(name, tmp_path)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(MissingFile, match=r"nowhere\.yaml"):
        named_prices("nowhere.yaml", tmp_path)


@pytest.mark.parametrize("prices", ["3", "{ m = 3 }", "{ m = { input = -1 } }"])
def test_bad_prices_of_a_project_are_refused(tmp_path, prices):
    (tmp_path / "pyproject.toml").write_text(f"[tool.oao]\nprices = {prices}\n")
    with pytest.raises(BadPolicy, match=r"tool\.oao\.prices"):
        named_prices("", tmp_path)


# against genai-prices

DIFFERENT = {
    ("anthropic", "claude-sonnet-4"): "a beta with a longer context has a tier, which genai-prices leaves out",
    ("anthropic", "claude-sonnet-4-0"): "the same",
    ("aws.bedrock", "anthropic.claude-sonnet-4"): "the same",
    ("aws.bedrock", "regional.anthropic.claude-sonnet-4"): "the same",
    ("aws.bedrock", "regional.anthropic.claude-sonnet-4-5"): "the same",
    ("mistral_ai", "codestral-latest"): "the cache is cheaper, as it is for codestral-2508",
    ("openai", "ft:gpt-4o-2024-08-06"): "the cache is cheaper",
    ("openai", "ft:gpt-4o-mini-2024-07-18"): "the same",
}
PROVIDERS = {"gcp.gemini": "google", "mistral_ai": "mistral", "x_ai": "x-ai", "aws.bedrock": "aws"}
DEAREST = time(2, tzinfo=UTC)
"""In the hours in which DeepSeek charges twice: these prices are in the shipped table."""


def theirs(reading: Reading, usage: Usage) -> Decimal:
    genai_prices = pytest.importorskip("genai_prices")
    told = {
        "input_tokens": usage.input_tokens,
        "cache_read_tokens": usage.cached_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "output_tokens": usage.output_tokens,
    }
    name, provider = reading.model.replace("regional.", "us."), PROVIDERS.get(reading.provider, reading.provider)
    at = datetime.combine(date.fromisoformat(TABLE.date), DEAREST)
    try:
        return genai_prices.calc_price(
            genai_prices.Usage(**told), name, provider_id=provider, genai_request_timestamp=at
        ).total_price
    except LookupError:
        pytest.skip("not known there")


@pytest.mark.parametrize("reading", TABLE.rows, ids="/".join)
def test_the_table_agrees_with_genai_prices(reading):
    price = TABLE.rows[reading].price
    said = None if price.output is None else 100
    lengths = (1000, *(bound + 1 for bound, _ in price.tiers))
    calls = [Usage(tokens, said, tokens // 2, tokens // 4) for tokens in lengths]
    agreed = [price.of(usage) for usage in calls] == [theirs(reading, usage) for usage in calls]
    assert agreed == (reading not in DIFFERENT)


# what tells prices apart


def test_prices_of_the_same_rows_have_one_digest_and_of_others_another():
    rows = {"my-model": {"input": 1}, "my-*": {"input": 2}, "m*": {"input": 3}}
    others = (
        {**rows, "my-model": {"input": 2}},
        {**rows, "my-*": {"input": 3}},
        {"my-model": {"input": 1}, "m*": {"input": 3}, "my-*": {"input": 2}},
        {"your-model": {"input": 1}, "my-*": {"input": 2}, "m*": {"input": 3}},
    )
    assert Prices.of(rows).digest == Prices.of(dict(rows)).digest
    assert len({PRICES.digest, *(Prices.of(one).digest for one in (rows, *others))}) == 6
