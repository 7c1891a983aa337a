"""Which answer asked for a tool that has a record of its own: by the id of the tool call, once calls are in order."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pytest_oao.importers.observations import ObservedCall, ToolUse
from pytest_oao.importers.tool_mentions import ToolMentions
from pytest_oao.providers.fields import text


def with_askers(calls: Sequence[ObservedCall], mentions: ToolMentions) -> Iterator[ObservedCall]:
    """Yield the calls, each tool as one that comes after the answer that asked for it; what a source says stands.

    Models that count their tool calls anew use an id again: then the latest answer is meant that no tool was run for
    yet, else the latest, of the same agent where there is one.
    """
    asked: dict[str, list[ObservedCall]] = defaultdict(list)
    ran: set[tuple[str, str]] = set()
    for one in calls:
        name = one.asked.call_id if isinstance(one.asked, ToolUse) else ""
        askers = asked[name] if name and not one.after else []
        if askers:
            near = [asker for asker in askers if asker.parent == one.parent] or askers
            asker = next((asker for asker in reversed(near) if (asker.id, name) not in ran), near[-1])
            ran.add((asker.id, name))
            yield replace(one, after=frozenset({asker.id}))
        else:
            yield one
        for part in mentions.asked_tools(one):
            asked[text(part.get("id"))].append(one)
