"""One settled call as a test's assertions see it."""

import json
from collections.abc import Mapping

from pytest_oao.model.attributes import TOOL_NAME
from pytest_oao.model.bodies import Body
from pytest_oao.model.exchanges import Exchange, Usage
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Raised
from pytest_oao.ports import Reply
from pytest_oao.providers.description import reply
from pytest_oao.providers.sse import parse


class SeenCall:
    """A call and its outcome, bodies parsed when they are asked for."""

    def __init__(self, exchange: Exchange, cause: Exchange | None = None) -> None:
        self.exchange = exchange
        self._cause = cause

    @property
    def kind(self) -> str:
        """`chat`, `embeddings`, `http`, …."""
        return self.exchange.call.kind

    @property
    def target(self) -> str:
        """`POST /chat/completions`; of `http` calls with the host."""
        return self.exchange.call.target

    @property
    def lane(self) -> str:
        """The causal strand that made the call."""
        return self.exchange.call.lane

    @property
    def model(self) -> str:
        """The requested model, or the empty string."""
        return self.exchange.call.model

    @property
    def tool(self) -> str:
        """The name of the tool that the call runs, or the empty string."""
        return str(self.exchange.call.attributes.get(TOOL_NAME) or "")

    @property
    def rationale(self) -> Reply:
        """What the model said, and thought, when it asked for this call; empty where no model did."""
        return reply(self._cause.call, self._cause.outcome) if self._cause else Reply()

    @property
    def request(self) -> JSON:
        """The request body, of a tool its arguments: parsed JSON, or text, or None when it is empty."""
        return _value(self.exchange.call.body)

    @property
    def response(self) -> JSON:
        """The response body, of a tool its result: parsed JSON, or text; of a stream the parsed data of each event."""
        outcome = self.exchange.outcome
        if isinstance(outcome, Raised):
            return None
        if "event-stream" in outcome.body.media_type:
            return [_parsed(event.data) for event in parse(outcome.body.data)]
        if outcome.body.media_type == "application/jsonl":
            return [_parsed(line) for line in outcome.body.data.decode("utf-8", "replace").splitlines()]
        return _value(outcome.body)

    @property
    def status(self) -> int | None:
        """The HTTP status, or None when the call raised."""
        outcome = self.exchange.outcome
        return None if isinstance(outcome, Raised) or outcome.head is None else outcome.head.status

    @property
    def error(self) -> str:
        """`ConnectError: message` when the call raised, else the empty string."""
        outcome = self.exchange.outcome
        return f"{outcome.type}: {outcome.message}" if isinstance(outcome, Raised) else ""

    @property
    def usage(self) -> Usage:
        """The tokens of the call."""
        return self.exchange.usage

    @property
    def attributes(self) -> Mapping[str, JSON]:
        """Request and response in OpenTelemetry GenAI names."""
        return {**self.exchange.call.attributes, **self.exchange.attributes}

    @property
    def reply(self) -> Reply:
        """What the model said: text, reasoning, tool calls."""
        return reply(self.exchange.call, self.exchange.outcome)

    def __repr__(self) -> str:
        answered = self.status or self.error
        return f"<{self.exchange.seq}: {self.kind} {self.model or self.target}{f' {answered}' if answered else ''}>"


def _value(body: Body) -> JSON:
    data = body.data
    return _parsed(data.decode("utf-8", "replace")) if data else None


def _parsed(text: str) -> JSON:
    try:
        value: JSON = json.loads(text)
    except ValueError:
        return text
    return value
