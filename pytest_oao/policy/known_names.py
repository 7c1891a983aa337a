"""Which patterns names fit, found out once for each name: a run has few of them, and many calls."""

from collections.abc import Sequence

from pytest_oao.policy.patterns import NamePattern, ToolPattern

_MOST = 1024
"""Names that are remembered: a model may make up as many as it likes."""


class Known:
    """Whether a name fits one of some patterns."""

    __slots__ = ("_fits", "_patterns")

    def __init__(self, patterns: Sequence[NamePattern]) -> None:
        self._patterns = patterns
        self._fits: dict[str, bool] = {}

    def __call__(self, name: str) -> bool:
        """Return whether a name fits."""
        known = self._fits.get(name)
        if known is None:
            known = any(pattern.matches(name) for pattern in self._patterns)
            if len(self._fits) < _MOST:
                self._fits[name] = known
        return known


class Fitting:
    """The patterns of tool calls whose names fit a tool's."""

    __slots__ = ("_fitting", "_patterns")

    def __init__(self, patterns: Sequence[ToolPattern]) -> None:
        self._patterns = patterns
        self._fitting: dict[str, tuple[ToolPattern, ...]] = {}

    def __call__(self, tool: str) -> tuple[ToolPattern, ...]:
        """Return the patterns that a tool's name fits."""
        fitting = self._fitting.get(tool)
        if fitting is None:
            fitting = tuple(pattern for pattern in self._patterns if pattern.name.matches(tool))
            if len(self._fitting) < _MOST:
                self._fitting[tool] = fitting
        return fitting
