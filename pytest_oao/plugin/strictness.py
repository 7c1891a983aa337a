"""`--oao-strict-network`: what it goes together with, and its beginning."""

import pytest

from pytest_oao.errors import BadOption
from pytest_oao.plugin.options import STRICT
from pytest_oao.plugin.pytest_run import PytestRun
from pytest_oao.runtime.strict_guard import be_strict


def apply_strictness(run: PytestRun) -> None:
    """Take the network away from this process where the option asks for it; raises UsageError where that cannot be."""
    if not run.config.getoption(STRICT):
        return
    if run.open_hosts:
        raise pytest.UsageError(
            f"oao: {STRICT} cannot tell one host from another, so it excludes oao_allow_hosts and "
            f"oao_passthrough_hosts ({', '.join(sorted(run.open_hosts))}): empty them with "
            "-o oao_allow_hosts= -o oao_passthrough_hosts=, or leave the option out"
        )
    try:
        be_strict()
    except BadOption as error:
        raise pytest.UsageError(f"oao: {error}") from error
