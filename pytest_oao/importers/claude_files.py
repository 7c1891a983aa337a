"""The files that belong to one session of Claude Code: each sub-agent has one of its own."""

import re
from collections.abc import Iterator

from pytest_oao.importers.claude_agents import Agent, agents_among
from pytest_oao.importers.claude_sessions import text_of
from pytest_oao.importers.json_documents import load_json
from pytest_oao.importers.json_records import records_of
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import record

_BESIDE = ("{}/subagents/**/agent-*.jsonl", "agent-*.jsonl")
"""Where they are, from the session's file; the latter is where older versions had them."""
_ABOVE = ("{}.jsonl", "../../{}.jsonl", "../../../{}.jsonl", "../../../../{}.jsonl")
_SAFE = re.compile(r"[A-Za-z0-9_-]+")


def agents_beside(dump: Dump, session: str) -> Iterator[Agent]:
    """Yield the sub-agents of a session whose files are where Claude Code writes them."""
    for pattern in _BESIDE if _SAFE.fullmatch(session) else ():
        for file in dump.beside(pattern.format(session)):
            lines = [line for line in records_of(file) if text_of(line, "sessionId") == session]
            for agent in agents_among(lines):
                for told in file.beside(f"agent-{agent.id}.meta.json" if _SAFE.fullmatch(agent.id) else ""):
                    agent.told = record(load_json(told.data(), told.source).json())
                yield agent


def parent_of(dump: Dump, session: str) -> str:
    """Return where the file of a sub-agent's session is, empty where it is not."""
    patterns = _ABOVE if _SAFE.fullmatch(session) else ()
    return next((file.source for pattern in patterns for file in dump.beside(pattern.format(session))), "")
