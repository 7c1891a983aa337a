"""All rules of a policy over one session: what they say before a call, while its answer comes, and when it is over."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pytest_oao.model.violations import Breach
from pytest_oao.policy import count_limits
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.gates import RequireBefore, RequireRationale
from pytest_oao.policy.loop_limits import RepeatLimit, RetryLimit
from pytest_oao.policy.pace_limits import RateLimit, TimeLimit
from pytest_oao.policy.patterns import NamePattern
from pytest_oao.policy.permissions import AllowedHosts, AllowedModels, AllowedTools, DeniedTools
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.prices import Prices
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.spending_limits import ContextLimit, CostLimit, TokenLimit
from pytest_oao.policy.tally import Settled, Tally

_TOKENS = ("max_tokens", "max_input_tokens", "max_output_tokens")


class Judge:
    """Holds the rules and the tally of one session; who uses it sees to it that one call is judged at a time."""

    def __init__(self, policy: Policy, prices: Prices, more: Sequence[Rule] = ()) -> None:
        rules = (*_limits(policy), *_permissions(policy), *more, *_spending(policy))
        self.tally = Tally(prices)
        self._before = _that(rules, "before")
        self._at_once = _by_kind([rule for rule in self._before if not rule.is_placed])
        self._placed = [rule for rule in self._before if rule.is_placed]
        self._made = _that(rules, "made")
        self._during = _that(rules, "during")
        self._while = [rule for rule in self._during if rule.is_placed]
        """Those that look at the time alone."""
        self._after = _by_kind(_that(rules, "after"))
        self._estimates = bool(_spending(policy))

    @property
    def watches(self) -> bool:
        """Whether a stream has to be looked at while it comes."""
        return bool(self._during)

    def before(self, facts: Facts) -> Breach | None:
        """Return why a call may not be made; one that may is counted."""
        tally = self.tally
        for rule in self._at_once[_kind(facts)]:
            breach = rule.before(facts, tally)
            if breach is not None:
                return breach
        if facts.at is not None:
            breach = self._misplaced(facts)
            if breach is not None:
                return breach
        tally.made(facts)
        return None

    def starts(self, number: int, facts: Facts) -> None:
        """Say that a call is being made."""
        self.tally.starts(number, facts, facts.estimate if self._estimates else 0)

    def begins(self, facts: Facts) -> Breach | None:
        """Return why a call may not begin now, after what it had to wait for; of a recorded one, its place is known."""
        breach = self._misplaced(facts)
        if breach is not None:
            return breach
        for rule in self._made:
            rule.made(facts)
        self.tally.began_at(facts)
        return None

    def _misplaced(self, facts: Facts) -> Breach | None:
        """Return why a call may not be made when it is made."""
        tally = self.tally
        facts.failed = tally.attempts.failed(facts.call, facts.at)
        for rule in self._placed:
            breach = rule.before(facts, tally)
            if breach is not None:
                return breach
        return None

    def streamed(self, number: int, tokens: int, now: float | None) -> Breach | None:
        """Return why a stream may not go on that has brought so many more tokens, an estimate."""
        tally = self.tally
        if tokens:
            tally.streams(number, tokens)
        for rule in self._during if tokens else self._while:
            breach = rule.during(tally, now)
            if breach is not None:
                return breach
        return None

    def after(self, settled: Settled, number: int | None = None) -> Breach | None:
        """Return what a call that is over has broken."""
        self.tally.settle(settled, number)
        for rule in self._after[_kind(settled.facts)]:
            breach = rule.after(settled, self.tally)
            if breach is not None:
                return breach
        return None


class _Scoped(Rule):
    """A rule that holds for an agent."""

    def __init__(self, agent: str, rule: Rule) -> None:
        self.name, self.of, self.is_placed = rule.name, rule.of, rule.is_placed
        self._agent, self._rule = NamePattern.of(agent), rule

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Judge the calls of that agent."""
        return self._rule.before(facts, tally) if self._agent.matches(facts.agent) else None


def _limits(policy: Policy) -> Iterator[Rule]:
    if policy.max_steps is not None:
        yield count_limits.StepLimit(policy.max_steps)
    if policy.max_model_calls is not None:
        yield count_limits.ModelCallLimit(policy.max_model_calls)
    for pattern, limit in _by_pattern(policy.max_tool_calls):
        yield count_limits.ToolCallLimit(pattern, limit)
    if policy.max_depth is not None:
        yield count_limits.DepthLimit(policy.max_depth)
    if policy.max_retries is not None:
        yield RetryLimit(policy.max_retries)
    retries = policy.retry.max_retries if policy.retry is not None else 0
    if isinstance(policy.max_repeats, Mapping):
        yield RepeatLimit(**policy.max_repeats, retries=retries)
    elif policy.max_repeats is not None:
        yield RepeatLimit(policy.max_repeats, retries=retries)
    yield from _pace(policy)


def _pace(policy: Policy) -> Iterator[Rule]:
    if policy.max_seconds is not None:
        yield TimeLimit(policy.max_seconds)
    if isinstance(policy.rate, str):
        yield RateLimit(policy.rate)
    elif policy.rate is not None:
        yield from (RateLimit(rate, pattern) for pattern, rate in policy.rate.items())


def _permissions(policy: Policy) -> Iterator[Rule]:
    if policy.allowed_tools is not None:
        yield AllowedTools(policy.allowed_tools)
    if policy.denied_tools:
        yield DeniedTools(policy.denied_tools)
    if policy.allowed_models is not None:
        yield AllowedModels(policy.allowed_models)
    if policy.allowed_hosts is not None:
        yield AllowedHosts(policy.allowed_hosts)
    if policy.require_rationale:
        yield RequireRationale(policy.require_rationale)
    yield from (RequireBefore(pattern, needed) for pattern, needed in policy.require_before.items())
    yield from (_Scoped(agent, rule) for agent, scoped in policy.agents.items() for rule in _permissions(scoped))


def _spending(policy: Policy) -> list[Rule]:
    rules: list[Rule] = [TokenLimit(name, limit) for name in _TOKENS if (limit := getattr(policy, name)) is not None]
    if policy.max_cost_usd is not None:
        rules.append(CostLimit(policy.max_cost_usd))
    if policy.max_context_pressure is not None:
        rules.append(ContextLimit(policy.max_context_pressure))
    return rules


def _by_pattern(limit: int | Mapping[str, int] | None) -> Iterable[tuple[str, int]]:
    if limit is None:
        return ()
    return limit.items() if isinstance(limit, Mapping) else [("*", limit)]


def _by_kind(rules: Sequence[Rule]) -> dict[str, list[Rule]]:
    """Return the rules that look at calls of a kind: most of them have nothing to say to the others."""
    return {kind: [rule for rule in rules if rule.of in {"any", kind}] for kind in ("any", "tool", "model")}


def _kind(facts: Facts) -> str:
    return "tool" if facts.tool else "model" if facts.is_model else "any"


def _that(rules: Iterable[Rule], moment: str) -> list[Rule]:
    """Return the rules that have something to say at a moment: those that override what `Rule` does then."""
    return [rule for rule in rules if getattr(type(rule), moment) is not getattr(Rule, moment)]
