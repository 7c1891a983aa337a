"""A session that a test is pinned to, as the test sees it: what the run was given, and what came out."""

from collections.abc import Callable, Sequence
from functools import cached_property

from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.kinds import MODEL
from pytest_oao.model.run_metadata import INPUT, OUTPUT, TASK, tags_of
from pytest_oao.model.sessions import Session
from pytest_oao.providers.description import reply
from pytest_oao.providers.rendering import request_of


class PinnedSession:
    """One recorded or imported run; it is read when something of it is asked for."""

    def __init__(self, name: str, load: Callable[[], Session]) -> None:
        self.id = name
        self._load = load

    def __repr__(self) -> str:
        return f"<session {self.id}>"

    @cached_property
    def session(self) -> Session:
        """The whole session: its header, its exchanges, and how it ended."""
        return self._load()

    def forget(self) -> None:
        """Read it anew from now on: what was read may have been changed by who was given it."""
        for read in ("session", "input", "output", "prompt", "answer"):
            vars(self).pop(read, None)

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """The calls of the run and what came back, in their order."""
        return self.session.exchanges

    @cached_property
    def input(self) -> JSON:
        """What the run was given: as its source tells it, else the prompt."""
        header = self.session.header
        for name, told in ((INPUT, header.metadata), (TASK, header.of_our_run)):
            if name in told:
                return told[name]
        return self.prompt

    @cached_property
    def output(self) -> JSON:
        """What came out of the run: as its source tells it, else the answer."""
        if OUTPUT in self.metadata:
            return self.metadata[OUTPUT]
        return self.answer

    @cached_property
    def prompt(self) -> str | None:
        """What the user said last in the first model call; None where that has no words."""
        first = next((one for one in self.exchanges if one.call.kind in MODEL), None)
        request = request_of(first.call) if first is not None else None
        return (request.task or None) if request is not None else None

    @cached_property
    def answer(self) -> str | None:
        """What a model said last; None where none said anything."""
        said = (reply(one.call, one.outcome).text for one in reversed(self.exchanges) if one.call.kind in MODEL)
        return next((words for words in said if words), None)

    @property
    def metadata(self) -> JSONObject:
        """What its source knows of the run: conversation, user, version, …."""
        return dict(self.session.header.metadata)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the run."""
        return tags_of(self.metadata)
