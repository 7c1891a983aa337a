"""`@pytest.mark.oao_sessions`: one test for each session that it names, answered from that session."""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from os import PathLike
from typing import Any

import pytest

from pytest_oao.errors import BadOption, MissingFile, OaoError
from pytest_oao.plugin.options import SESSIONS
from pytest_oao.plugin.pytest_run import PytestRun
from pytest_oao.plugin.session_library import UNREADABLE, LibraryEntry, SessionLibrary
from pytest_oao.plugin.shelved_session import ARGUMENT, ShelvedSession
from pytest_oao.runtime.session_selection import Selection, require_sound

EMPTY = "empty_parameter_set_mark"
"""pytest's own setting: what becomes of a test whose set of parameters is empty."""
_KNOWN = frozenset({"where", "sample", "seed", "distinct"})
_SHOW = "oao show -v tells what a session can be chosen by"


def parametrize(metafunc: pytest.Metafunc, marker: pytest.Mark, library: SessionLibrary) -> None:
    """Make a test for each session; a collection error says what is wrong."""
    where = metafunc.definition.nodeid
    chosen, wrong, nothing = list[LibraryEntry](), "", ""
    try:
        selection = _selection(marker, where)
        found = _found(marker, library, where)
        chosen = _chosen(selection, found, where)
        nothing = "" if chosen else _nothing(selection, found)
        _require_argument(metafunc, where)
    except OaoError as error:
        wrong = str(error) if error.where.startswith(where) else f"{where}: {error}"
    if nothing and not wrong and metafunc.config.getini(EMPTY) == "fail_at_collect":
        wrong = str(MissingFile(nothing, where=where, remedy=_SHOW))
    if wrong:
        pytest.fail(f"oao: {wrong}", pytrace=False)
    sessions = [ShelvedSession(one.facts.id, partial(library.load, one.path), one.path) for one in chosen]
    tests = [pytest.param(one, id=one.id) for one in sessions]
    metafunc.parametrize(ARGUMENT, tests or [_empty(nothing, metafunc.config)])


def _nothing(selection: Selection, found: Sequence[LibraryEntry]) -> str:
    """Say that none is chosen, by what, and what there is instead."""
    instead = selection.instead([one.facts for one in found])
    return f"none of {len(found)} sessions is chosen by {selection}{instead}"


def _empty(why: str, config: pytest.Config) -> Any:  # noqa: ANN401 - what pytest.param gives has no public name
    """Return the one test of a set without sessions: like an empty set of parameters, as the project wants those."""
    reason = f"oao: {why}; {_SHOW}"
    is_xfail = config.getini(EMPTY) == "xfail"
    mark = pytest.mark.xfail(reason=reason, run=False) if is_xfail else pytest.mark.skip(reason=reason)
    return pytest.param(None, marks=mark, id="no-session")


def _require_argument(metafunc: pytest.Metafunc, where: str) -> None:
    if ARGUMENT not in metafunc.fixturenames:
        what = "a test that is pinned to sessions takes one as its argument `session`"
        raise BadOption(what, where=where, remedy="def test_production(session, oao): ...")


def library_of(run: PytestRun) -> SessionLibrary:
    """Return the library of a run; made once."""
    found = run.config.stash.get(_LIBRARY, None)
    if found is None:
        found = run.config.stash[_LIBRARY] = SessionLibrary(run)
    return found


_LIBRARY = pytest.StashKey[SessionLibrary]()


def _selection(marker: pytest.Mark, where: str) -> Selection:
    named: Mapping[str, Any] = marker.kwargs
    for name in named:
        if name not in _KNOWN:
            remedy = "known: where={'tag': 'prod'}, sample=50, seed=0, distinct=True"
            raise BadOption(f"@pytest.mark.{SESSIONS} has no argument {name!r}", where=where, remedy=remedy)
    if not marker.args or not all(isinstance(one, str | PathLike) for one in marker.args):
        remedy = f'@pytest.mark.{SESSIONS}("cassettes/prod/*.yaml")'
        raise BadOption(f"@pytest.mark.{SESSIONS} names no sessions", where=where, remedy=remedy)
    selection = Selection(**named)
    require_sound(selection, where)
    return selection


def _found(marker: pytest.Mark, library: SessionLibrary, where: str) -> list[LibraryEntry]:
    """Return the sessions of all paths; raises OaoError where there are none to choose from."""
    found = [one for pattern in marker.args for one in library.found(os.fspath(pattern))]
    if not found:
        paths = ", ".join(map(str, marker.args))
        remedy = "name the file that has the sessions, or its folder with '*'"
        raise MissingFile(f"the files that {paths} names hold no session of their own", where=where, remedy=remedy)
    return list({one.path: one for one in found}.values())


def _chosen(selection: Selection, found: Sequence[LibraryEntry], where: str) -> list[LibraryEntry]:
    broken = [one for one in found if one.facts.status == UNREADABLE]
    readable = [one for one in found if one.facts.status != UNREADABLE]
    return [*selection.chosen(readable, lambda one: one.facts, where), *broken]
