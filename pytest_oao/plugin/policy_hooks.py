"""The hooks that have a say in what a policy lets through, as the runtime calls them."""

from itertools import chain
from typing import Any

import pytest

from pytest_oao.errors import BadOption
from pytest_oao.model.calls import Call
from pytest_oao.ports import Approval
from pytest_oao.runtime.permits import Hooks
from pytest_oao.runtime.user_rules import UserRule


def hooks_of(item: pytest.Item) -> Hooks:
    """Return what the conftests and plugins that see a test have to say."""
    hook = item.ihook

    def approve(call: Call) -> Approval | bool | None:
        said: Approval | bool | None = hook.pytest_oao_approve(item=item, call=call)
        return said

    def checkpoint(call: Call) -> None:
        hook.pytest_oao_checkpoint(item=item, call=call)

    makes_checkpoints = bool(item.config.hook.pytest_oao_checkpoint.get_hookimpls())
    rules = tuple(map(_rule, chain.from_iterable(hook.pytest_oao_rules(config=item.config))))
    return Hooks(approve, checkpoint if makes_checkpoints else None, rules)


def _rule(rule: Any) -> UserRule:  # noqa: ANN401 - whatever the hook returned
    if not all(hasattr(rule, name) for name in ("name", "before", "after")):
        remedy = "return objects with name, before(call, ledger) and after(exchange, ledger)"
        raise BadOption(f"a hook returned {rule!r:.80}, which is no rule", where="pytest_oao_rules", remedy=remedy)
    return UserRule(rule)
