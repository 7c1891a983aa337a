"""What a managed test asks for, from its markers and the ini file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pytest_oao.cassette.paths import inside
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.cassette.slugs import slug
from pytest_oao.diff.ignore import parse_ignore
from pytest_oao.errors import BadOption, BadPath
from pytest_oao.plugin.options import is_asked_for
from pytest_oao.plugin.shelved_session import pinned_to
from pytest_oao.policy.policies import Policy
from pytest_oao.providers.compared import LEVELS
from pytest_oao.runtime.orders import ORDERS
from pytest_oao.runtime.per_kind import Answers, answers_of
from pytest_oao.runtime.policing import Policing

KNOWN: dict[str, tuple[type, ...]] = {
    "cassette": (str,),
    "ignore": (list, tuple),
    "order": (str,),
    "match": (str,),
    "kinds": (dict,),
    "policy": (Policy, str, type(None)),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How one test is managed."""

    cassette: Path
    ignore: tuple[str, ...]
    order: str
    """In which order the recorded calls may come: a key of ORDERS."""
    match: str
    """Of an import: the loosest level at which a call may be answered."""
    answers: Answers
    """Which calls are answered how in a replay."""
    policy: Policy | None
    """What the test may do."""
    asked_for: bool
    """Whether the test itself says that it is managed, not only `oao_auto`."""
    pinned: bool = False
    """Whether it is pinned to a session that is there already: such a test is never recorded."""


def settings_of(item: pytest.Item, redactor: Redactor, policing: Policing) -> Settings:
    """Return how a test is managed; raises BadOption, BadPath or BadPolicy naming the test."""
    arguments = _arguments(item)
    ignore = (*item.config.getini("oao_ignore"), *arguments.get("ignore", ()))
    parse_ignore(ignore, item.nodeid)
    pinned = pinned_to(item)
    return Settings(
        cassette=pinned.path if pinned else _cassette(item, arguments.get("cassette"), redactor),
        ignore=ignore,
        order=arguments.get("order", "lane"),
        match=_match(item, arguments.get("match")),
        answers=answers_of(_kinds(item, arguments.get("kinds", {})), item.nodeid),
        policy=policing.enforced(arguments.get("policy", item.config.getini("oao_policy") or None), item.nodeid),
        asked_for=is_asked_for(item),
        pinned=pinned is not None,
    )


def _arguments(item: pytest.Item) -> Mapping[str, Any]:
    """Merge the test's markers: the closest wins, `ignore` and `kinds` add up."""
    merged: dict[str, Any] = {}
    ignore: list[str] = []
    kinds: dict[str, str] = {}
    for marker in reversed(list(item.iter_markers("oao"))):
        _check(item, marker)
        merged.update(marker.kwargs)
        ignore += marker.kwargs.get("ignore", ())
        kinds |= marker.kwargs.get("kinds", {})
    return {**merged, "ignore": tuple(ignore), "kinds": kinds}


def _match(item: pytest.Item, marked: str | None) -> str:
    """Return the level of the test's marker, else that of the ini file."""
    named = marked or str(item.config.getini("oao_import_match")) or LEVELS[0]
    if named not in LEVELS:
        where = item.nodeid if marked else "oao_import_match"
        raise BadOption(f"match={named!r} is no level", where=where, remedy=f"give one of {', '.join(LEVELS)}")
    return named


def _kinds(item: pytest.Item, marked: Mapping[str, str]) -> Mapping[str, str]:
    """Merge how kinds are answered: the command line wins over the markers, those over the ini file."""
    lines = [*_told(item.config.getini("oao_kinds"), "oao_kinds"), *marked.items()]
    return dict([*lines, *_told(item.config.getoption("--oao-kind"), "--oao-kind")])


def _told(lines: Iterable[str], where: str) -> Iterator[tuple[str, str]]:
    for line in lines:
        pattern, sign, answer = line.rpartition("=")
        if not sign:
            raise BadOption(f"{line!r} is no KIND=ANSWER", where=where, remedy="write execute_tool:search=live")
        yield pattern.strip(), answer.strip()


def _check(item: pytest.Item, marker: pytest.Mark) -> None:
    if marker.args:
        raise _bad(item, f"takes keyword arguments only, not {marker.args[0]!r}")
    for name, value in marker.kwargs.items():
        if name not in KNOWN:
            raise _bad(item, f"has no argument {name!r}")
        if not isinstance(value, KNOWN[name]):
            meant = f": a list was meant, {name}=[{value!r}]" if name == "ignore" and isinstance(value, str) else ""
            raise _bad(item, f"{name}={value!r} is of a wrong type{meant}")
    if not all(isinstance(path, str) for path in marker.kwargs.get("ignore", ())):
        raise _bad(item, f"ignore={marker.kwargs['ignore']!r} is of a wrong type")
    order = marker.kwargs.get("order", "lane")
    if order not in ORDERS:
        raise _bad(item, f"order={order!r} is neither 'lane' nor 'any'")


def _bad(item: pytest.Item, what: str) -> BadOption:
    remedy = (
        "known: cassette='file.yaml', ignore=['$.path'], order='lane'|'any', kinds={'execute_tool:search': 'live'}, "
    )
    remedy += "match='request'|'conversation'|'turn'|'skeleton'|'next', policy=Policy(...)|'name'"
    return BadOption(f"@pytest.mark.oao {what}", where=item.nodeid, remedy=remedy)


def _cassette(item: pytest.Item, named: str | None, redactor: Redactor) -> Path:
    folder = item.config.rootpath / str(item.config.getini("oao_cassette_dir"))
    if named is not None and not named.endswith((".yaml", ".yml")):
        raise _bad(item, f"cassette={named!r} does not end in .yaml")
    name = named if named is not None else _name(item, redactor)
    try:
        return inside(folder, name)
    except BadPath as error:
        raise BadPath(error.what, where=f"{item.nodeid}: cassette={name!r}", remedy=error.remedy) from error


def _name(item: pytest.Item, redactor: Redactor) -> str:
    module, *names = item.nodeid.split("::", 1)
    parts = [part for part in Path(module).with_suffix("").parts if part not in {"..", "/", "."}]
    *classes, test = _split(names[0]) if names else ["test"]
    folders = [slug(redactor.text(part)) for part in (*parts, *classes)]
    return "/".join((*folders, f"{slug(_without_secrets(test, item, redactor))}.yaml"))


def _without_secrets(test: str, item: pytest.Item, redactor: Redactor) -> str:
    """Return the name of a test, unless it holds a secret: then the numbers of its parameters tell it from others.

    Not a hash of the secret: a guess could be tested with it, and another key would have another cassette.
    """
    clean = redactor.text(test)
    if clean == test:
        return test
    numbers = getattr(getattr(item, "callspec", None), "indices", {})
    return f"{clean} {'-'.join(str(numbers[name]) for name in sorted(numbers))}"


def _split(name: str) -> list[str]:
    """Split `TestClass::test_name[a::b]` at the colons before the parameters."""
    head, bracket, parameters = name.partition("[")
    *classes, test = head.split("::")
    return [*classes, f"{test}{bracket}{parameters}"]
