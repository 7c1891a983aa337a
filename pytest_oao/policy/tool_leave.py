"""Which tools a policy leaves anything to: what is told of a tool that can never be called says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytest_oao.policy.inclusion import meet
from pytest_oao.policy.patterns import ToolPattern


@dataclass(frozen=True, slots=True)
class ToolLeave:
    """The tools that are allowed, None where all are, and those that are denied."""

    allowed: tuple[ToolPattern, ...] | None = None
    denied: tuple[ToolPattern, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "ToolLeave":
        """Take it from a policy's fields."""
        allowed = values.get("allowed_tools")
        return cls(None if allowed is None else _patterns(allowed), _patterns(values.get("denied_tools") or ()))

    def refusal(self, pattern: "str | Mapping[str, Any]") -> str:
        """Return why no call that a pattern means can be made, empty where one may be."""
        meant = ToolPattern.of(pattern)
        for one in self.denied:
            if one.covers(meant):
                return (
                    f"denied_tools has {one.shown}, which covers it" if one != meant else "it is in denied_tools, too"
                )
        if self.allowed is not None and not any(meet(one.name.tokens, meant.name.tokens) for one in self.allowed):
            return f"allowed_tools has only {', '.join(one.shown for one in self.allowed)}"
        return ""


def _patterns(patterns: "tuple[str | Mapping[str, Any], ...]") -> tuple[ToolPattern, ...]:
    return tuple(map(ToolPattern.of, patterns))
