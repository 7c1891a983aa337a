"""What a call and its answer say in OpenTelemetry GenAI names: given, or read out of the bytes when somebody asks."""

from collections.abc import Callable, Iterator, Mapping

from pytest_oao.model.jsontypes import JSON, JSONObject

AGENT_NAME = "gen_ai.agent.name"
CALL_ID = "gen_ai.tool.call.id"
TOOL_NAME = "gen_ai.tool.name"


class ReadAttributes(Mapping[str, JSON]):
    """Attributes that bytes or a cassette tell: read when first asked for, and in no journal, which has the bytes.

    So an agent does not wait for them, and a later release reads more out of an old journal. A cassette shows them.
    """

    __slots__ = ("_read", "_told")

    def __init__(self, read: Callable[[], Mapping[str, JSON]]) -> None:
        self._read = read
        self._told: Mapping[str, JSON] | None = None

    def _all(self) -> Mapping[str, JSON]:
        if self._told is None:
            self._told = self._read()
        return self._told

    def __getitem__(self, name: str) -> JSON:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(dict(self._all()))


def given(attributes: Mapping[str, JSON]) -> JSONObject:
    """Return the attributes that no bytes tell: what an adapter knows, or an import found."""
    return {} if isinstance(attributes, ReadAttributes) else dict(attributes)
