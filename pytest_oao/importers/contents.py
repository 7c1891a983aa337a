"""What a dump holds: its sessions, and of what else there is why it is none."""

from collections.abc import Iterator

from pytest_oao.errors import IncompleteFile, NoCall, OaoError, UnknownFormat
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.joined_dumps import Joined
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump, Importer


def contents(dump: FileDump, importer: Importer, beside: Dump | None = None) -> Iterator[Session | OaoError]:
    """Yield each session, and an error for what is refused; IncompleteFile of a last line that is still written.

    Runs without a call are told last, by NoCall. Raises what reading the dump does, and UnknownFormat where it holds
    nothing at all; `beside` is what it is read together with.
    """
    read, without = False, list[NoCall]()
    for one in importer.read(Joined(dump, beside) if beside else dump):
        read = True
        if isinstance(one, NoCall):
            without.append(one)
        else:
            yield one
    yield from without
    if dump.cut_off:
        what = "it is cut off, as in a log that is still written"
        remedy = "It is read once it is whole."
        yield IncompleteFile(what, where=f"{dump.source}: line {dump.cut_off}", remedy=remedy)
    if not read:
        remedy = "Export it again: it has none of what such a file holds."
        raise UnknownFormat("the file holds no session", where=dump.source, remedy=remedy)
