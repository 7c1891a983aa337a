"""What one format's importer knows of its records."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.observations import Observation


class Grouping(Protocol):
    """How the records of a file belong to runs: as it stands here, of most formats, all to one that is the file's."""

    def spread(self, record: Part) -> Iterable[Part]:
        """Yield the records in what a line or an item of the file holds: of most formats, itself.

        A line of a long file is asked for its records more than once, and has the same ones each time.
        """
        return (record,)

    def run_of(self, record: Part) -> str:
        """Return which run a record belongs to; records without one are of the file's one run.

        It is asked of each record once, in the order of the file.
        """
        del record
        return ""


class Format(Grouping, Protocol):
    """A format of records, each of which belongs to a run."""

    name: str
    lacked: tuple[str, ...]
    """What no file of the format can carry: the words of `model.provenance`."""

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield what the records of one run tell; raises OaoError, and then that run alone is refused."""
