"""What a project says about policies: where they are named, whose prices are taken, which hooks have a say."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_oao.errors import BadPolicy
from pytest_oao.model.sessions import Session
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.policy_files import named_policy
from pytest_oao.policy.prices import Prices, named_prices
from pytest_oao.runtime.permits import NO_HOOKS, Hooks, Unguarded
from pytest_oao.runtime.seen_ledger import SeenLedger
from pytest_oao.runtime.spending import ledger_of
from pytest_oao.runtime.warden import Warden


@dataclass(frozen=True, slots=True)
class Policing:
    """How sessions of a project are held to policies."""

    root: Path
    prices: Prices
    hooks: Hooks = NO_HOOKS

    def policy(self, given: Policy | str | None, where: str) -> Policy | None:
        """Return a policy that is given as one, or by its name or file; raises BadPolicy."""
        policy = named_policy(given, self.root) if isinstance(given, str) else given
        if policy is None or isinstance(policy, Policy):
            return policy
        raise BadPolicy(f"{given!r} is no policy", where=where, remedy="give a Policy, a name, or a .yaml file")

    def enforced(self, given: Policy | str | None, where: str) -> Policy | None:
        """Return a policy by which calls are performed; raises BadPolicy too where nobody makes its checkpoints."""
        policy = self.policy(given, where)
        if policy is None or self.hooks.checkpoint is not None:
            return policy
        if any(one.checkpoint_before for one in (policy, *policy.agents.values())):
            remedy = "implement pytest_oao_checkpoint, or give record(checkpoint=...)"
            raise BadPolicy("checkpoint_before: there is no checkpoint hook", where=where, remedy=remedy)
        return policy

    def may_refuse(self, policy: Policy | None) -> bool:
        """Whether calls of a session may be refused: by a policy, or by rules of the project's own."""
        return policy is not None or bool(self.hooks.rules)

    def warden(self, policy: Policy | None) -> Unguarded:
        """Return what holds a new session to a policy, and to the rules of the project's own."""
        return Warden(policy, self.prices, self.hooks) if self.may_refuse(policy) else Unguarded(self.hooks)

    def ledger(self, session: Session) -> SeenLedger:
        """Return what a session has spent."""
        return SeenLedger(ledger_of(session, self.prices))


def policing_of(root: Path, prices: str | Mapping[str, Any], hooks: Hooks = NO_HOOKS) -> Policing:
    """Return how sessions of the project at `root` are held to policies; raises BadPolicy for prices that are none."""
    return Policing(root, named_prices(prices, root) if isinstance(prices, str) else Prices.of(prices), hooks)
