"""Which calls had failed just before, and are made again."""

from pytest_oao.model.calls import Call


class Attempts:
    """The calls that failed last, of each address."""

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str], tuple[Call, int]] = {}

    def failed(self, call: Call) -> int:
        """Return how often this same call has failed just before, in a row."""
        before, times = self._latest.get((call.kind, call.target), (None, 0))
        return times if before is not None and before.body.sha256 == call.body.sha256 else 0

    def settled(self, call: Call, *, failed: bool) -> None:
        """Take note of how a call ended."""
        key = (call.kind, call.target)
        if failed:
            self._latest[key] = (call, self.failed(call) + 1)
        elif self.failed(call):
            del self._latest[key]
