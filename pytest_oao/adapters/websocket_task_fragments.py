"""A frame that a task takes in fragments."""

from typing import Any, Self

from pytest_oao.adapters.websocket_fragments import PassingFragments, RecordedFragments
from pytest_oao.adapters.websocket_task_frames import due


class TaskFragments(PassingFragments):
    """Fragments as they pass."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        try:
            return self.tape.pass_on(await anext(self.source))
        except StopAsyncIteration:
            self.tape.over("complete")
            raise
        except BaseException as error:
            self.tape.failed(error)
            raise

    async def aclose(self) -> None:
        """Stop to take fragments."""
        await self.source.aclose()
        self.tape.over("closed")


class RecordedTaskFragments(RecordedFragments):
    """Fragments as they were recorded."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        if not self.begun:
            self.begun = True
            self.begin(await due(self.connection, self.wire, "receive"))
        self.say_next()
        return await anext(self.source)

    async def aclose(self) -> None:
        """Stop to take fragments."""
        await self.source.aclose()
