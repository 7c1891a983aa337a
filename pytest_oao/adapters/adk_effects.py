"""What a tool of ADK does beside what it returns: kept with the result, and done again where the record answers.

Actions and state, artifacts that it saves, events that it sends: without them a replay would lose transfers.
"""

import sys
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any

from pytest_oao.adapters.adk_actions import act, changed, seen
from pytest_oao.adapters.adk_events import kept, resent
from pytest_oao.errors import OaoHalt, UnkeptValue
from pytest_oao.model.jsontypes import JSON
from pytest_oao.runtime.running import current
from pytest_oao.values.decoding import decode
from pytest_oao.values.encoding import encode
from pytest_oao.values.unkept import TAG, Unkept

_FORM = "effects"
_ON_ERROR = "_oao_effects"
"""The attribute of an exception that holds what was done before it was raised."""
_OPEN: ContextVar[tuple["Effects", ...]] = ContextVar("oao_adk_effects", default=())
"""Of the calls that the running code is part of."""


class Effects:
    """What one call of a tool does to its context."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._invocation = context._invocation_context  # noqa: SLF001 - it is public nowhere
        self._ran = False
        self._before: Mapping[tuple[str, str], Any] = {}
        self._artifacts: list[Mapping[str, Any]] = []
        self._events: list[Any] = []
        self._recorded: Mapping[str, Any] = {}

    async def of(self, body: Callable[[], Awaitable[Any]]) -> Any:
        """Run the body of the call; what it did before it raised goes with the exception. Raises UnkeptValue."""
        self._ran, self._before = True, seen(self._context)
        token = _OPEN.set((*_OPEN.get(), self))
        try:
            return await body()
        except OaoHalt:
            raise
        except BaseException as error:
            if left := self._left():
                _require_kept(left)
                vars(error)[_ON_ERROR] = left
            raise
        finally:
            _OPEN.reset(token)

    def saved(self, invocation: Any, artifact: Mapping[str, Any]) -> None:
        """Take note of an artifact that was saved."""
        if self._is_of(invocation):
            self._artifacts.append(artifact)

    def sent(self, invocation: Any, event: Any) -> None:
        """Take note of an event that is sent to whoever runs an agent."""
        if self._is_of(invocation):
            self._events.append(kept(event, self._context))

    def _is_of(self, invocation: Any) -> bool:
        """Whether something is done in the run that the tool was called in: nodes of it have copies of its context."""
        own = self._invocation
        queue = getattr(own, "_event_queue", None)
        return invocation is own or (queue is not None and queue is getattr(invocation, "_event_queue", None))

    def keep(self, result: object) -> JSON:
        """Return a result as plain data, with what was done besides; raises Unkept."""
        left, form = self._left(), encode(result)
        return {TAG: _FORM, "result": form, **_plain(left)} if left else form

    def revive(self, form: JSON) -> Any:
        """Return the result, and remember what was done besides; raises Unreadable."""
        if isinstance(form, dict) and form.get(TAG) == _FORM:
            self._recorded = {name: decode(value) for name, value in form.items() if name not in {TAG, "result"}}
            form = form.get("result")
        return decode(form)

    async def redo(self, error: BaseException | None = None) -> None:
        """Do again what the call did when it was recorded, where the record answered it: it returned, or raised."""
        recorded = self._recorded if error is None else vars(error).pop(_ON_ERROR, {})
        if self._ran or not recorded:
            return
        act(self._context, recorded.get("actions", {}))
        for artifact in recorded.get("artifacts", ()):
            await _save(self._invocation, artifact)
        for event in recorded.get("events", ()):
            await self._invocation._enqueue_event(resent(event, self._context))  # noqa: SLF001 - as in the library

    def _left(self) -> dict[str, Any]:
        told = {
            "actions": changed(self._context, self._before),
            "artifacts": self._artifacts,
            "events": self._events,
        }
        return {name: value for name, value in told.items() if value}


def noted() -> tuple[Effects, ...]:
    """Return the effects of the calls that the running code is part of."""
    return _OPEN.get()


def _plain(left: Mapping[str, Any]) -> dict[str, JSON]:
    return {name: encode(value, f"tool_context.{name}") for name, value in left.items()}


def _require_kept(left: Mapping[str, Any]) -> None:
    try:
        _plain(left)
    except Unkept as error:
        gateway = current()
        assert gateway is not None  # nobody collects effects without a session
        halt = UnkeptValue(
            f"a tool that raised cannot be recorded faithfully: before, it left {error}",
            where=gateway.header.test,
            remedy="leave plain data, dataclasses or pydantic models in the tool's context",
        )
        halt.__cause__ = error
        gateway.unkept(halt)


async def _save(invocation: Any, artifact: Mapping[str, Any]) -> None:
    """Save an artifact in this process; a service that is elsewhere is left alone in a replay."""
    service, session = invocation.artifact_service, invocation.session
    if _is_in_memory(service):
        place = {"app_name": session.app_name, "user_id": session.user_id, "session_id": session.id}
        await service.save_artifact(**place, **artifact)


def _is_in_memory(service: Any) -> bool:
    """Whether artifacts are kept in this process; those of an agent that is a tool are kept where its caller's are."""
    while type(service).__name__ == "ForwardingArtifactService":
        service = service._invocation_context.artifact_service  # noqa: SLF001 - as above
    library = sys.modules.get("google.adk.artifacts.in_memory_artifact_service")
    return library is not None and isinstance(service, library.InMemoryArtifactService)
