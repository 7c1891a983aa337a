"""`@pytest.mark.oao_sessions`: one test for each session that it names, answered from that session."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from pytest_oao.errors import BadOption, MissingFile, OaoError
from pytest_oao.plugin.options import SESSIONS
from pytest_oao.plugin.pytest_run import PytestRun
from pytest_oao.plugin.session_library import UNREADABLE, SessionLibrary, Shelved
from pytest_oao.plugin.shelved_session import ARGUMENT, ShelvedSession
from pytest_oao.runtime.session_selection import Selection, require_sound

_KNOWN = frozenset({"where", "sample", "seed", "distinct"})


def parametrize(metafunc: pytest.Metafunc, marker: pytest.Mark, library: SessionLibrary) -> None:
    """Make a test for each session; a collection error says what is wrong."""
    where = metafunc.definition.nodeid
    chosen, wrong = list[Shelved](), ""
    try:
        chosen = _chosen(marker, _selection(marker, where), library, where)
        _require_argument(metafunc, where)
    except OaoError as error:
        wrong = str(error)
    if wrong:
        pytest.fail(f"oao: {wrong}", pytrace=False)
    sessions = [ShelvedSession(one.facts.id, partial(library.load, one.path), one.path) for one in chosen]
    metafunc.parametrize(ARGUMENT, [pytest.param(one, id=one.id) for one in sessions])


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
    if not marker.args or not all(isinstance(one, str) for one in marker.args):
        remedy = f'@pytest.mark.{SESSIONS}("cassettes/prod/*.yaml")'
        raise BadOption(f"@pytest.mark.{SESSIONS} names no sessions", where=where, remedy=remedy)
    selection = Selection(**named)
    require_sound(selection, where)
    return selection


def _chosen(marker: pytest.Mark, selection: Selection, library: SessionLibrary, where: str) -> list[Shelved]:
    found = [one for pattern in marker.args for one in library.found(pattern)]
    unique = list({one.path: one for one in found}.values())
    broken = [one for one in unique if one.facts.status == UNREADABLE]
    readable = [one for one in unique if one.facts.status != UNREADABLE]
    chosen = [*selection.chosen(readable, lambda one: one.facts), *broken]
    if not chosen:
        what = (
            f"none of {len(unique)} sessions is chosen by where={selection.where!r:.200}, sample={selection.sample!r}"
        )
        raise MissingFile(what, where=where, remedy="oao show tells what a session's tags, models and tools are")
    return chosen
