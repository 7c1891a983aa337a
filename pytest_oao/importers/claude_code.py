"""Claude Code's session files, with those of the sub-agents beside them."""

from collections.abc import Iterable, Iterator, Sequence

from pytest_oao.errors import OaoError, PartOfAnother
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.claude_agents import Agent, agents_among, scopes_of
from pytest_oao.importers.claude_failures import failure_of
from pytest_oao.importers.claude_files import agents_beside, parent_of
from pytest_oao.importers.claude_sessions import is_aside, main_line, sessions_among, text_of
from pytest_oao.importers.claude_turns import Line, calls_of, thread_of
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.json_records import records_of
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import Observation, Scope
from pytest_oao.importers.transcripts import RUN, plain, run_scope
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.provenance import CHUNKS, EXACT_BYTES, HTTP
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import record, text

_COMMANDS = ("<command-", "<local-command-", "[Request interrupted")
"""How lines of the user's begin that are no prompt."""


class ClaudeCode:
    """`~/.claude/projects/<project>/<session>.jsonl`."""

    name = "claude-code"
    lacked = (CHUNKS, EXACT_BYTES, HTTP)

    def sniff(self, head: bytes) -> bool:
        """Whether one of its first lines is of a conversation, or of what Claude Code keeps beside one."""
        return any(map(_is_line, head.lstrip(b"\xef\xbb\xbf").splitlines()[:_FIRST]))

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield each session; an error for sub-agents' files that are read with their session's."""
        source = Source(self.name, dump.source, self.lacked)
        for name, lines in sessions_among(records_of(dump)).items():
            try:
                yield session_of_run(_id(name, lines), _observed(name, lines, dump), source)
            except OaoError as error:
                yield error


_FIRST = 20


def _is_line(line: bytes) -> bool:
    seen = glimpse(line)
    return seen.has("uuid", "sessionId", "parentUuid") or seen.has("messageId", "snapshot", "isSnapshotUpdate")


def _id(name: str, lines: Sequence[Part]) -> str:
    """Return the session's id, or that of the sub-agent whose file it is."""
    agent = text_of(lines[0], "agentId")
    return f"agent-{agent}" if agent and all(map(is_aside, lines)) else name


def _observed(name: str, lines: Sequence[Part], dump: Dump) -> Iterator[Observation]:
    if all(map(is_aside, lines)):
        if parent := parent_of(dump, name):
            what = f"the file is a sub-agent's of {parent}, and is read with it"
            raise PartOfAnother(what, where=dump.source, remedy=f"Import {parent}; or copy the file elsewhere.")
        yield from _alone(agents_among(lines))
        return
    own = [*_lines(main_line(lines))]
    agents = [*agents_among(lines), *agents_beside(dump, name)]
    calls = [*calls_of(own, thread_of(RUN))]
    for agent in agents:
        calls += calls_of([*_lines(agent.lines)], thread_of(agent.scope))
    yield _run(name, own, lines)
    everything = [*lines, *(line for agent in agents for line in agent.lines)]
    yield from scopes_of(agents, everything, calls, RUN)
    yield from calls


def _alone(agents: Sequence[Agent]) -> Iterator[Observation]:
    """Yield what the file of a sub-agent tells."""
    for agent in agents:
        told: JSONObject = {"conversation": text_of(agent.lines[0], "sessionId")}
        yield run_scope(agent.lines[0].where, [text(agent.prompt)], told)
        yield from calls_of([*_lines(agent.lines)], thread_of(RUN))


def _run(name: str, own: Sequence[Line], lines: Sequence[Part]) -> Scope:
    first = next((record(line.json()) for line in lines if not is_aside(line)), {})
    told: JSONObject = {
        "conversation": name,
        "version": first.get("version"),
        "cwd": first.get("cwd"),
        "git_branch": first.get("gitBranch"),
        "rewound": _rewound(own, lines) or None,
    }
    return run_scope(lines[0].where, [said for line in own if (said := _prompt(line))], told)


def _rewound(own: Sequence[Line], lines: Iterable[Part]) -> int:
    """Return how many answers of the model the session does not hold, since what led to them was taken back."""
    kept = {text(line.message.get("id")) for line in own}
    told = [record(line.json()) for line in lines if not is_aside(line)]
    return len({text(record(one.get("message")).get("id")) for one in told if one.get("type") == "assistant"} - kept)


def _prompt(line: Line) -> str:
    """Return what the user asked in a line, empty where it is no prompt."""
    told = record(line.record.json())
    if line.kind != "user" or told.get("isMeta") or told.get("isCompactSummary"):
        return ""
    if any(block.get("type") == "tool_result" for block in line.blocks):
        return ""
    said = plain(line.message.get("content"))
    return "" if said.startswith(_COMMANDS) else said


def _lines(parts: Iterable[Part]) -> Iterator[Line]:
    for part in parts:
        told = record(part.json())
        at = moment(told.get("timestamp"))
        failure = failure_of(told)
        kind = "failed" if failure else _kind(told)
        if kind:
            yield Line(kind, part, record(told.get("message")), at, failure)


def _kind(told: JSONObject) -> str:
    kind = text(told.get("type"))
    if kind == "system":
        return "compacted" if text(told.get("subtype")).endswith("compact_boundary") else ""
    if kind == "attachment":
        return "attached"
    return kind if kind in {"user", "assistant"} else ""
