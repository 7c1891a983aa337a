"""Samples of inspect_ai's logs, whichever way they are stored: with what their events refer to put in its place."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pytest_oao.cassette import limits
from pytest_oao.errors import HostileFile, OaoError
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.json_documents import load_json
from pytest_oao.importers.zip_members import BEGINNING, ZipMembers
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import record, text

_ATTACHMENT = "attachment://"
_FOLDER = "samples/"
_SHELL = "/sample.json"
GROWTH = 4 * limits.FILE_BYTES
_ITEM = 64
"""Bytes that a message is counted as at least."""
_SEQUENCES = ("messages", "events", "calls", "attachments")


class Growth:
    """How much more than what stands in the file a sample may come to: its events refer to the same texts again."""

    def __init__(self) -> None:
        self._left = GROWTH

    def spend(self, size: int, where: str) -> None:
        """Take note of what was put in its place; raises HostileFile."""
        self._left -= size
        if self._left < 0:
            what = f"what its events refer to comes to more than {GROWTH:,} bytes"
            raise HostileFile(what, where=where, remedy="Import the other samples, if you trust where it came from.")


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of the agent."""

    part: Part
    """The sample without its events."""
    evaluation: JSONObject
    """What the log says of the whole evaluation: task, model, tags."""
    events: Sequence[Part]
    pools: Mapping[str, Sequence[JSON]]
    """What events refer to by ranges: `messages` of models' inputs, and of their requests (`calls`)."""
    attachments: Mapping[str, JSON] = field(default_factory=dict)
    growth: Growth = field(default_factory=Growth)

    @property
    def name(self) -> str:
        """What people know it by, and a mark that no other evaluation of the task has."""
        fields = record(self.part.json())
        task = text(self.evaluation.get("task")).rpartition("/")[2] or "sample"
        mark = text(fields.get("uuid"))[:8]
        return "-".join(filter(None, (task, str(fields.get("id")), f"epoch-{fields.get('epoch')}", mark)))

    def resolved(self, value: JSON) -> tuple[JSON, bool]:
        """Return a value with its attachments in place, and whether all of them were there."""
        missing: list[str] = []
        return self._resolved(value, missing), not missing

    def pooled(self, pool: str, ranges: Part) -> list[JSON]:
        """Return the items of a pool that ranges name: `[[0, 2], [5, 6]]`, ends not included."""
        items = self.pools.get(pool, ())
        found: list[JSON] = []
        for one in ranges.items():
            ends = one.items()
            if len(ends) != 2:  # noqa: PLR2004 - start and end
                one.refuse("a start and an end")
            piece = items[max(0, ends[0].whole()) : max(0, ends[1].whole())]
            self.growth.spend(_ITEM * len(piece), one.where)
            found += piece
        return found

    def _resolved(self, value: JSON, missing: list[str]) -> JSON:
        if isinstance(value, str):
            return self._text(value, missing)
        if isinstance(value, list):
            return [self._resolved(item, missing) for item in value]
        if isinstance(value, dict):
            return {key: self._resolved(item, missing) for key, item in value.items()}
        return value

    def _text(self, value: str, missing: list[str]) -> JSON:
        if not value.startswith(_ATTACHMENT):
            return value
        name = value.removeprefix(_ATTACHMENT)
        if name not in self.attachments:
            missing.append(name)
        found = self.attachments.get(name, value)
        self.growth.spend(len(found) if isinstance(found, str) else _ITEM, self.part.where)
        return found


def samples_in(dump: Dump) -> Iterator[Sample | OaoError]:
    """Yield each sample, an error in place of one that cannot be read; raises OaoError where none can."""
    data = dump.data()
    if data.startswith(BEGINNING):
        yield from _archived(ZipMembers(data, dump.source), dump.source)
        return
    document = load_json(data, dump.source)
    for part in document["samples"].items():
        try:
            yield _sample(part, record(document["eval"].json()))
        except OaoError as error:
            yield error


def _archived(members: ZipMembers, source: str) -> Iterator[Sample | OaoError]:
    evaluation = _evaluation(members, source)
    chunked = _chunks(members)
    for name in [one for one in members if one.startswith(_FOLDER) and one.endswith(".json")]:
        prefix = name.removesuffix(_SHELL)
        if name.count("/") > 1 and prefix not in chunked:
            continue
        try:
            part = load_json(members.content(name), f"{source}: {name}")
            pieces = _gathered(members, chunked[prefix], source) if prefix in chunked else {}
            yield _sample(part, evaluation, pieces)
        except OaoError as error:
            yield error


def _evaluation(members: ZipMembers, source: str) -> JSONObject:
    """Return the log's header: of an evaluation that was stopped there is only the one of its start."""
    name = next((one for one in ("header.json", "_journal/start.json") if one in members), "")
    header = load_json(members.content(name), f"{source}: {name}") if name else Part({}, source)
    return record(header["eval"].json())


def _chunks(members: ZipMembers) -> dict[str, dict[str, list[str]]]:
    """Return the members that samples are split into, by sample and kind, in their order."""
    found: dict[str, dict[str, list[str]]] = {}
    for name in members:
        if name.startswith(_FOLDER) and name.endswith(_SHELL) and name.count("/") > 1:
            found[name.removesuffix(_SHELL)] = defaultdict(list)
    for name in members:
        prefix, _, last = name.rpartition("/")
        sample, _, kind = prefix.rpartition("/")
        if sample in found and kind in _SEQUENCES and last.removesuffix(".json").isdecimal():
            found[sample][kind].append(name)
    for kinds in found.values():
        for names in kinds.values():
            names.sort(key=lambda name: int(name.rpartition("/")[2].removesuffix(".json")))
    return found


def _gathered(members: ZipMembers, chunks: Mapping[str, Sequence[str]], source: str) -> dict[str, list[Part]]:
    return {
        kind: [item for name in names for item in load_json(members.content(name), f"{source}: {name}").items()]
        for kind, names in chunks.items()
    }


def _sample(part: Part, evaluation: JSONObject, pieces: Mapping[str, Sequence[Part]] | None = None) -> Sample:
    if pieces:
        pools = {kind: [one.json() for one in pieces.get(kind, ())] for kind in ("messages", "calls")}
        attachments = {str(at): one.json() for at, one in enumerate(pieces.get("attachments", ()))}
        return Sample(part, evaluation, pieces.get("events", ()), pools, attachments)
    early = part["transcript"]
    told = part if early.value is None else early
    data = Part(record(part["events_data"].json()), f"{part.where}.events_data")
    pools = {kind: [one.json() for one in data[kind].items()] for kind in ("messages", "calls")}
    known = record(part["attachments"].json()) | record(early["content"].json() if told is early else None)
    alone = {key: value for key, value in record(part.json()).items() if key not in ("events", "transcript")}
    return Sample(Part(alone, part.where), evaluation, told["events"].items(), pools, known)
