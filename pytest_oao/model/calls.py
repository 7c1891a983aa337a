"""One thing that the agent asked of the world."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_oao.model.bodies import EMPTY, Body
from pytest_oao.model.jsontypes import JSON

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Site:
    """Where in the code a call was made: in the agent, and in the test that runs it."""

    agent: str = ""
    """`my_agent.py:12 in answer`: the nearest frame of the project's own code; empty when there is none."""
    test: str = ""
    """`test_agent.py:7 in test_refund`: the frame of the test function; empty outside pytest or off its stack."""


@dataclass(frozen=True, slots=True)
class Call:
    """A host call, as it was when the agent made it.

    `kind`, `target` and `body` are what is compared; the rest is kept for people and exporters to read.
    """

    kind: str
    """OpenTelemetry's `gen_ai.operation.name` where it has one (`chat`, `embeddings`), else `http`, …."""
    target: str
    """What is addressed, as compared: `POST /chat/completions` of a model call, `GET https://host/path?q` of `http`."""
    body: Body = EMPTY
    lane: str = "0"
    url: str = ""
    """The whole URL as sent, secrets redacted; never compared."""
    headers: Headers = ()
    """Request headers of the allow-list; never compared."""
    attributes: Mapping[str, JSON] = field(default_factory=dict)
    """What the request says in OpenTelemetry GenAI names: `gen_ai.provider.name`, `gen_ai.request.model`, …."""
    site: Site | None = None
    caused_by: int | None = None
    """The `seq` of the exchange whose outcome asked for this call, where known."""
    parent: int | None = None
    """The `seq` of the call during whose performance this one was made: of a tool that makes calls of its own."""

    @property
    def model(self) -> str:
        """The requested model, or the empty string."""
        return str(self.attributes.get("gen_ai.request.model") or "")
