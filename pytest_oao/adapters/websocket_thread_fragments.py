"""A frame that a thread takes in fragments."""

from typing import Any, Self

from pytest_oao.adapters.websocket_fragments import PassingFragments, RecordedFragments
from pytest_oao.adapters.websocket_thread_frames import due


class ThreadFragments(PassingFragments):
    """Fragments as they pass."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        try:
            return self.tape.pass_on(next(self.source))
        except StopIteration:
            self.tape.over("complete")
            raise
        except BaseException as error:
            self.tape.failed(error)
            raise

    def close(self) -> None:
        """Stop to take fragments."""
        self.source.close()
        self.tape.over("closed")


class RecordedThreadFragments(RecordedFragments):
    """Fragments as they were recorded."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        if not self.begun:
            self.begun = True
            self.begin(due(self.connection, self.wire, None))
        self.say_next()
        return next(self.source)

    def close(self) -> None:
        """Stop to take fragments."""
        self.source.close()
