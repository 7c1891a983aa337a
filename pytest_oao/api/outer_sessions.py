"""A session that takes in what would be recorded inside it: a test's, one that is answered, one under a policy."""

from pathlib import Path

from pytest_oao.cassette.journal_file import SUFFIX
from pytest_oao.errors import BadPolicy
from pytest_oao.policy.policies import Policy, policy_hash
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.policing import Policing


def policing_within(outer: Gateway, policing: Policing) -> Policing:
    """Return how a recording is held to policies inside another one, whose hooks are heard where it has none."""
    return Policing(policing.root, policing.prices, policing.hooks.over(outer.warden.hooks))


def hold(outer: Gateway, policing: Policing, policy: Policy | None) -> None:
    """Hold a session that is running to the policy of what is recorded inside it, from now on.

    Raises BadPolicy where it is held to another one: calls would be counted by one of them, and the other not be kept.
    """
    with outer.lock:
        held = outer.warden.policy
        if policy is None or (held is not None and policy_hash(held) == policy_hash(policy)):
            return
        if held is not None:
            what = "the session that this would be recorded in is held to another policy"
            remedy = "give one of the two: lift that of a test with @pytest.mark.oao(policy=None)"
            raise BadPolicy(what, where="pytest_oao.record(policy=...)", remedy=remedy)
        outer.warden = policing.warden(policy)


def path_of(outer: Gateway, folder: Path) -> Path:
    """Return where a session would have been kept that is taken in."""
    return folder / f"{outer.header.id}{SUFFIX}"
