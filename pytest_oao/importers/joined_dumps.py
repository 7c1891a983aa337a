"""Two files as one: what a dump names, and another file holds, is found when both are read as one."""

import json
from collections.abc import Iterator

from pytest_oao.importers.json_records import records_of
from pytest_oao.ports import Dump


class Joined:
    """A dump, and after its records those of another one."""

    def __init__(self, dump: Dump, other: Dump) -> None:
        self.source = dump.source
        self.head = b"{}\n{}\n"
        """Stands for lines of JSON, whichever they are."""
        self._dumps = (dump, other)

    def data(self) -> bytes:
        """Return all records, a line each."""
        return b"\n".join(line for _, line in self.lines())

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield (number, record) of both."""
        number = 0
        for dump in self._dumps:
            for record in records_of(dump):
                number += 1
                yield number, json.dumps(record.value).encode()

    def beside(self, pattern: str) -> Iterator[Dump]:
        """Yield the files in the folder of the first."""
        return self._dumps[0].beside(pattern)
