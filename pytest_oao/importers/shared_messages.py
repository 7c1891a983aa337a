"""Messages that one request of a run repeats of another: those that are written the same become the same object."""

from dataclasses import replace

from pytest_oao.cassette.encodings import DEFAULT, encode
from pytest_oao.importers.observations import Observation, ObservedCall
from pytest_oao.model.conversations import Message, ModelRequest


class SharedMessages:
    """The messages of a run's requests, each held once: what is the same object is read and written once, too."""

    def __init__(self) -> None:
        self._known: dict[bytes, Message] = {}
        """By how they are written: what is equal in Python need not be the same, as 1 and 1.0."""
        self._held: dict[int, Message] = {}
        """The same by their `id()`: many formats tell a conversation by the very same messages already."""

    def of(self, one: Observation) -> Observation:
        """Return what a record tells, its request made of messages that are held."""
        if not isinstance(one, ObservedCall) or not isinstance(one.asked, ModelRequest):
            return one
        messages = tuple(map(self._shared, one.asked.messages))
        return replace(one, asked=replace(one.asked, messages=messages))

    def _shared(self, message: Message) -> Message:
        if self._held.get(id(message)) is message:
            return message
        try:
            written = encode([message.role, message.finish_reason, *message.parts], DEFAULT)
        except UnicodeEncodeError:  # half a character
            return message
        found = self._known.setdefault(written, message)
        self._held[id(found)] = found
        return found
