"""What all managed tests of a pytest run share: its mode, where cassettes are kept, what takes secrets out."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from pytest_oao.adapters.installation import Installation
from pytest_oao.cassette.cache import Cache
from pytest_oao.cassette.folder import FolderStore
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import BadOption
from pytest_oao.plugin.budget_check import budget_of
from pytest_oao.plugin.options import Mode, mode_of
from pytest_oao.plugin.policy_hooks import hooks_of
from pytest_oao.policy.prices import Prices, named_prices
from pytest_oao.ports import Store
from pytest_oao.runtime.hosts import require_names
from pytest_oao.runtime.policing import Policing
from pytest_oao.runtime.reach import Reach, reach_of


class PytestRun:
    """One run. What hooks have a say in is made when first asked for: the conftests of all folders are loaded then.

    It is no plugin itself, since pytest before 8.2 looks at each attribute of a plugin when the session starts.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.mode = mode_of(config)
        self.passthrough = _passthrough(config)
        self.reach = _reach(config)
        self.budget = budget_of(config)

    @property
    def open_hosts(self) -> frozenset[str]:
        """Hosts that may be connected to at any time."""
        return self.passthrough | self.reach.hosts

    @property
    def records(self) -> bool:
        """Whether tests may run live."""
        return self.mode in {Mode.RECORD, Mode.RECORD_MISSING}

    def install_adapters(self) -> Installation:
        """Put the adapters in place, until what is returned is uninstalled."""
        return Installation(_flat(self.config.hook.pytest_oao_adapters(config=self.config)))

    @cached_property
    def redactor(self) -> Redactor:
        """What takes secrets out."""
        hooked = self.config.hook.pytest_oao_redactors(config=self.config)
        for patterns in hooked:
            _require_texts(patterns)
        patterns = _flat([self.config.getini("oao_redact"), *hooked])
        return Redactor.of(patterns, headers=self.config.getini("oao_keep_headers"))

    @cached_property
    def store(self) -> Store:
        """Where cassettes are kept."""
        store: Store | None = self.config.hook.pytest_oao_store(config=self.config)
        return store or FolderStore(_cache(self.config))

    def policing(self, item: pytest.Item) -> Policing:
        """Return how a test is held to its policy; raises BadPolicy."""
        return Policing(self.config.rootpath, self.prices, hooks_of(item))

    @cached_property
    def prices(self) -> Prices:
        """What tokens cost."""
        return named_prices(str(self.config.getini("oao_prices")), self.config.rootpath)

    def printed(self, text: str) -> str:
        """Return a text without its secrets; where they cannot be told, what is wrong with the pattern that should."""
        try:
            return self.redactor.text(text)
        except BadOption as error:
            return str(error)


def _passthrough(config: pytest.Config) -> frozenset[str]:
    try:
        return require_names(config.getini("oao_passthrough_hosts"), "oao_passthrough_hosts")
    except BadOption as error:
        raise pytest.UsageError(f"oao: {error}") from error


def _reach(config: pytest.Config) -> Reach:
    try:
        reach = reach_of(config.getini("oao_allow_hosts"), config.getini("oao_subprocesses"), "oao_allow_hosts")
    except BadOption as error:
        raise pytest.UsageError(f"oao: {error}") from error
    temporary = config.getoption("basetemp")  # each worker of xdist has its own
    return replace(reach, temporary=str(Path(temporary).resolve())) if temporary else reach


def _require_texts(patterns: object) -> None:
    """Refuse what is no list of texts: a text would be taken letter by letter."""
    if not isinstance(patterns, list | tuple) or not all(isinstance(pattern, str) for pattern in patterns):
        what = f"a hook returned {patterns!r:.80}, a list of regular expressions as texts was meant"
        raise BadOption(what, where="pytest_oao_redactors", remedy='return a list: [r"CUST-[0-9]{8}"]')


def _flat(lists: Iterable[Sequence[Any]]) -> list[Any]:
    return list(chain.from_iterable(lists))


def _cache(config: pytest.Config) -> Cache | None:
    """Return a cache in pytest's own folder; in the user's where there is none, as with `-p no:cacheprovider`."""
    cache = getattr(config, "cache", None)
    with suppress(OSError):
        if cache is not None:
            return Cache(Path(cache.mkdir("oao")))
    return Cache.of_user()
