"""Sessions of what a dump tells: ordered, without duplicates, with what was not recorded and follows from the rest."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_oao.cassette.limits import METADATA_DEPTH
from pytest_oao.cassette.measures import too_deep
from pytest_oao.errors import HostileFile, NoCall, UnknownFormat
from pytest_oao.importers.branches import lanes_of
from pytest_oao.importers.duplicates import without_duplicates
from pytest_oao.importers.http_files import file_name, slug
from pytest_oao.importers.inferred_tools import with_inferred_tools
from pytest_oao.importers.nesting import tools_around
from pytest_oao.importers.neutral_bodies import NeutralBodies
from pytest_oao.importers.observations import Observation, ObservedCall, Scope
from pytest_oao.importers.observed_calls import Numbered, call_of, exchange_of
from pytest_oao.importers.ordering import ordered
from pytest_oao.importers.retries import with_retries
from pytest_oao.importers.run_facts import facts_of
from pytest_oao.importers.shared_messages import SharedMessages
from pytest_oao.importers.tool_askers import with_askers
from pytest_oao.importers.tool_mentions import ToolMentions
from pytest_oao.importers.unsaid import with_unsaid
from pytest_oao.model.bodies import EMPTY, Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.sessions import Header, Origin, Session

_LONGEST = 80
_encode = json.JSONEncoder(ensure_ascii=True).encode


@dataclass(frozen=True, slots=True)
class Source:
    """Where records come from."""

    format: str
    name: str
    """The file's, as the user wrote it."""
    lacked: tuple[str, ...] = ()
    """What no file of the format can carry."""


def session_of_run(run: str, observations: Iterable[Observation], source: Source) -> Session:
    """Return the session of one run; raises NoCall, UnknownFormat without an answer, and what reading does."""
    told = list(map(SharedMessages().of, observations))
    scopes = {one.id: one for one in told if isinstance(one, Scope)}
    seen = [with_unsaid(one) for one in told if isinstance(one, ObservedCall)]
    mentions = ToolMentions()
    told_of = ordered(with_inferred_tools(without_duplicates(seen, scopes), mentions), mentions)
    calls = with_retries(list(with_askers(told_of, mentions)))
    if not calls:
        remedy = "Export the whole trace; one of spans alone that are no calls is no session."
        raise NoCall("the run holds no call", where=_place(run, told, source), remedy=remedy)
    exchanges, in_doubt = _exchanges(calls, scopes)
    if not exchanges:
        remedy = "Export it once the run is over, with what models answered and tools returned."
        raise UnknownFormat("no call of the run has an answer", where=_place(run, told, source), remedy=remedy)
    facts = facts_of(calls, list(scopes.values()))
    _require_flat(facts.metadata, _place(run, told, source))
    missing = {lack for one in calls for lack in one.lacked} | {lack for one in scopes.values() for lack in one.lacked}
    lacked = dict.fromkeys((*source.lacked, *sorted(missing)))
    origin = Origin("imported", source.format, file_name(source.name), tuple(lacked), _originals(told))
    name = run or f"{slug(source.name)}-{origin.original.sha256[:8]}"
    header = Header(name, origin=origin, metadata=facts.metadata)
    return Session(header, tuple(exchanges), facts.ending, tuple(in_doubt))


def _require_flat(metadata: Mapping[str, JSON], where: str) -> None:
    """Raise HostileFile for what no cassette could hold: bodies can stand as text, and metadata cannot."""
    name = too_deep(metadata)
    if name is not None:
        what = f"its metadata `{name[:_LONGEST]}` is nested deeper than {METADATA_DEPTH} levels"
        raise HostileFile(what, where=where, remedy="Leave it out of the export, or have it written there as text.")


def _exchanges(calls: Sequence[ObservedCall], scopes: dict[str, Scope]) -> tuple[list[Exchange], list[Call]]:
    """Number the calls that ended; the others are in doubt."""
    lanes = lanes_of(calls, scopes)
    numbers = {one.id: seq for seq, one in enumerate((one for one in calls if one.came is not None), 1)}
    around = tools_around(calls, scopes, numbers)
    bodies = NeutralBodies()
    exchanges, in_doubt = [], []
    for one in calls:
        place = Numbered(numbers, scopes, lanes[one.id], bodies, around)
        if one.came is None:
            in_doubt.append(call_of(one, place))
        else:
            exchanges.append(exchange_of(one, one.came, place))
    return exchanges, in_doubt


def _originals(told: Iterable[Observation]) -> Body:
    lines = b"".join(_lines(told))
    return Body(lines, "application/jsonl") if lines else EMPTY


def _lines(told: Iterable[Observation]) -> Iterator[bytes]:
    """Yield the source's records, a line each."""
    for one in told:
        if one.original is not None:
            yield _encode(one.original).encode() + b"\n"


def _place(run: str, told: Sequence[Observation], source: Source) -> str:
    return told[0].where if told else f"{source.name}: run {run}" if run else source.name
