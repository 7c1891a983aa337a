"""The hooks that users may implement, in a conftest or a plugin; our own built-ins go through them too."""

from collections.abc import Sequence
from typing import Any

import pytest


@pytest.hookspec
def pytest_oao_adapters(config: pytest.Config) -> Sequence[Any]:  # type: ignore[empty-body]
    """Return adapters (`pytest_oao.ports.Adapter`) of more libraries."""


@pytest.hookspec
def pytest_oao_redactors(config: pytest.Config) -> Sequence[str]:  # type: ignore[empty-body]
    """Return regular expressions of secrets that must not reach a file."""


@pytest.hookspec(firstresult=True)
def pytest_oao_store(config: pytest.Config) -> Any:  # noqa: ANN401 - the type is loaded with the engine
    """Return the store (`pytest_oao.ports.Store`) that cassettes are kept in."""


@pytest.hookspec
def pytest_oao_reporters(config: pytest.Config) -> Sequence[Any]:  # type: ignore[empty-body]
    """Return functions `(divergence, verbosity) -> str | None` that say more about a divergence in the test report."""


@pytest.hookspec
def pytest_oao_diverged(item: pytest.Item, divergence: Any) -> None:  # noqa: ANN401
    """Take notice of a test's divergence (`pytest_oao.model.divergences.Divergence`)."""


@pytest.hookspec(firstresult=True)
def pytest_oao_approve(item: pytest.Item, call: Any) -> Any:  # noqa: ANN401
    """Decide on a tool's call (`pytest_oao.model.calls.Call`) that the policy wants approved.

    Return True, False or a `pytest_oao.Approval`; None leaves it to answers that were given beforehand, or a terminal.
    """


@pytest.hookspec
def pytest_oao_checkpoint(item: pytest.Item, call: Any) -> None:  # noqa: ANN401
    """Do what must be done before a destructive tool (`checkpoint_before`) runs; raise, and it does not run."""


@pytest.hookspec
def pytest_oao_rules(config: pytest.Config) -> Sequence[Any]:  # type: ignore[empty-body]
    """Return rules (`pytest_oao.ports.Rule`) that every managed test is held to."""
