"""A call as rules see it, before it is made; what costs something to find out is found out when a rule asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from pytest_oao.model.calls import Call


@dataclass(frozen=True, slots=True)
class Names:
    """Who serves a model call, and the names its model goes by: the one that answered, the one that was asked for."""

    models: tuple[str, ...] = ()
    provider: str = ""


UNNAMED = Names()


Identity: TypeAlias = int


def identity_of(call: Call) -> Identity:
    """Return what is equal for identical calls: a hash of this process, since a run may make many of them."""
    return hash((call.kind, call.target, call.body.data))


class Reads(NamedTuple):
    """How what costs something to find out is read out of a call."""

    names: Callable[[Call], Names]
    arguments: Callable[[Call], Mapping[str, Any]]
    host: Callable[[Call], str]
    at_least: Callable[[Call], int]
    """Returns how many tokens the request takes at least; an estimate."""


_NOTHING = Reads(lambda _: UNNAMED, lambda _: {}, lambda _: "", lambda _: 0)


@dataclass(slots=True)
class Facts:
    """What is known of a call."""

    call: Call
    tool: str = ""
    """The name of the tool that it runs, or the empty string."""
    is_model: bool = False
    is_step: bool = False
    """Whether it is a step of the agent, and no part of another one."""
    agent: str = ""
    """The agent that makes it, where a run has several and they have names."""
    depth: int = 0
    """How many tools and agents it is made within."""
    at: float | None = None
    """When it is made, in seconds since the epoch; None where that is not known, or not yet."""
    number: int = 0
    """Which call of its kind it is in the record that answers it, from 1; 0 of one that is made now, after all."""
    failed: int = 0
    """How often this same call has failed before, in a row."""
    rationale: str = ""
    """What the model said and thought when it asked for the call."""
    approved: bool = False
    """Whether a person approved it."""
    reads: Reads = _NOTHING
    """Reads the rest out of the call."""

    _models: Names | None = None
    _arguments: Mapping[str, Any] | None = None
    _host: str | None = None
    _estimate: int | None = None
    _identity: Identity | None = None

    @property
    def models(self) -> Names:
        """Who is asked, of a model call."""
        if self._models is None:
            self._models = self.reads.names(self.call)
        return self._models

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What a tool is given."""
        if self._arguments is None:
            self._arguments = self.reads.arguments(self.call)
        return self._arguments

    @property
    def host(self) -> str:
        """The host that it goes to, or the empty string."""
        if self._host is None:
            self._host = self.reads.host(self.call)
        return self._host

    @property
    def estimate(self) -> int:
        """How many input tokens it takes at least, estimated from the length of its text."""
        if self._estimate is None:
            self._estimate = self.reads.at_least(self.call) if self.is_model else 0
        return self._estimate

    @property
    def identity(self) -> Identity:
        """What is equal for identical calls."""
        if self._identity is None:
            self._identity = identity_of(self.call)
        return self._identity
