from decimal import Decimal
from functools import reduce
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st
from judge_samples import PRICES, judge, made, model, run, settled, tool

from pytest_oao.model.exchanges import Usage
from pytest_oao.model.ledgers import Ledger, Line
from pytest_oao.policy.judge import Judge
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.tally import Tally
from pytest_oao.runtime.user_rules import UserRule


def test_no_rules_say_nothing():
    assert run(judge(), *[tool()] * 9, model(), tool(depth=3)) is None


def test_streams_are_looked_at_only_where_a_rule_does():
    assert not judge(max_steps=1, max_repeats=1, denied_tools=["x"], rate="1/s").watches
    for rule in ({"max_tokens": 1}, {"max_output_tokens": 1}, {"max_cost_usd": 1}, {"max_seconds": 1}):
        assert judge(**rule).watches, rule


def test_requests_are_estimated_only_where_something_is_spent():
    asked = []
    call = model()
    call.reads = call.reads._replace(at_least=lambda _: asked.append(1) or 0)
    assert made(judge(max_steps=5), call, Usage(1, 1)) is None
    assert not asked


class TestRulesOfAProject:
    def judge(self, before=lambda call, ledger: None, after=lambda exchange, ledger: None):
        return Judge(Policy(), PRICES, [UserRule(SimpleNamespace(name="house", before=before, after=after))])

    def test_they_see_the_call_and_what_was_spent(self):
        seen = []
        own = self.judge(lambda call, ledger: seen.append((call.target, ledger.total.calls)))
        assert run(own, tool("a"), tool("b")) is None
        assert seen == [("a", 0), ("b", 1)]

    def test_what_they_say_stops_the_run(self):
        breach = made(self.judge(lambda call, ledger: "not on fridays"), tool())
        assert (breach.rule, breach.limit, breach.found) == ("house", "a rule of the project", "not on fridays")
        breach = made(self.judge(after=lambda exchange, ledger: "too many"), tool())
        assert breach.found == "too many"

    def test_one_that_fails_lets_nothing_through(self):
        for own in (self.judge(before=lambda *_: 1 / 0), self.judge(after=lambda *_: 1 / 0)):
            assert made(own, tool()).found == "the rule failed: ZeroDivisionError: division by zero"


def test_the_ledger_has_a_line_for_each_kind_and_name():
    whole = judge()
    made(whole, model(at=1.0), Usage(10, 5), ended=2.0)
    made(whole, model(at=3.0), Usage(20, 5), ended=4.0)
    made(whole, tool("a", at=5.0), failed=True, ended=6.0)
    made(whole, tool("a", at=7.0), ended=9.0)
    made(whole, model("unlisted", at=9.0), Usage(1, 1))
    made(whole, model("old"), None, guessed=(9, 9))
    ledger = whole.tally.ledger
    assert [(one.kind, one.name, one.calls) for one in ledger.lines] == [
        ("chat", "gpt", 2),
        ("chat", "old", 1),
        ("chat", "unlisted", 1),
        ("execute_tool", "a", 2),
    ]
    assert ledger.seconds == 8.0
    assert ledger.models.usage == Usage(31, 11)
    assert ledger.total.cost == Decimal("0.00013")
    assert (ledger.total.unpriced, ledger.total.untold) == (2, 1)
    assert (ledger.tools.failed, ledger.tools.retries) == (1, 1)
    assert whole.tally.guessed == Usage(9, 9)
    assert ledger.prices == PRICES.label


numbers = st.integers(0, 10**9)
usages = st.builds(Usage, *[st.none() | numbers] * 5)
lines = st.builds(
    Line,
    st.sampled_from(["chat", "execute_tool", "http"]),
    st.sampled_from("ab"),
    calls=numbers,
    steps=numbers,
    failed=numbers,
    retries=numbers,
    usage=usages,
    untold=numbers,
    cost=st.decimals(0, 10**6, places=9),
    unpriced=numbers,
)
times = st.none() | st.floats(0, 2e9)


@st.composite
def ledgers(draw):
    ledger = Ledger((), draw(times), draw(times))
    for line in draw(st.lists(lines, max_size=4)):
        ledger += Ledger((line,))
    return ledger


class TestTheSumOfLedgers:
    @given(ledgers(), ledgers(), ledgers())
    def test_is_the_same_however_they_are_grouped_and_ordered(self, one, two, three):
        assert (one + two) + three == one + (two + three)
        assert one + two == two + one
        assert one + Ledger() == one == Ledger() + one
        assert sum([three, one, two], Ledger()) == one + two + three

    @given(ledgers(), ledgers())
    def test_has_the_totals_of_both(self, one, two):
        both, parts = (one + two).total, (one.total, two.total)
        for number in ("calls", "steps", "failed", "retries", "untold", "unpriced", "cost"):
            assert getattr(both, number) == sum(getattr(part, number) for part in parts)
        assert both.usage == parts[0].usage + parts[1].usage


calls = st.lists(
    st.tuples(
        st.sampled_from(["gpt", "unlisted", "tool a", "tool b"]),
        st.integers(0, 3),
        st.integers(0, 10_000),
        st.booleans(),
        st.floats(1, 1000),
    ),
    max_size=12,
)


@given(calls, st.randoms())
def test_a_tally_is_the_sum_of_its_calls_in_whatever_order_they_settle(run_, random):
    """Each on a lane of its own but for those of equal lanes, whose order is theirs."""
    exchanges = []
    for number, (name, lane, tokens, failed, at) in enumerate(run_):
        where = {"lane": f"0.{lane}", "at": at}
        facts = tool(name[5:], x=number, **where) if name.startswith("tool") else model(name, str(number), **where)
        exchanges.append(settled(facts, None if failed or facts.tool else Usage(tokens, tokens // 7), failed=failed))

    def tallied(order):
        tally = Tally(PRICES)
        for one in order:
            tally.made(one.facts)
            tally.began_at(one.facts)
            tally.settle(one)
        return tally

    shuffled = random.sample(exchanges, len(exchanges))
    one, other = tallied(exchanges), tallied(shuffled)
    assert one.ledger == other.ledger
    assert one.usage == other.usage == reduce(Usage.__add__, [each.line.usage for each in exchanges], Usage(0, 0))
    assert one.cost == other.cost == one.ledger.total.cost
    assert one.ledger == sum(
        (Ledger((each.line,), each.facts.at, each.ended, PRICES.label) for each in exchanges), Ledger()
    )
