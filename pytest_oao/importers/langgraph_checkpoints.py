"""LangGraph's checkpoints in SQLite: a thread is a session, rebuilt of the messages that its nodes wrote."""

from collections.abc import Iterator

from pytest_oao.errors import OaoError
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.foreign import too_deep
from pytest_oao.importers.langgraph_calls import observed
from pytest_oao.importers.langgraph_threads import threads_in
from pytest_oao.importers.sqlite_tables import BEGINNING, tables_of
from pytest_oao.model.provenance import CHUNKS, EXACT_BYTES, HTTP, STREAM
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump


class LangGraphCheckpoints:
    """The tables `checkpoints` and `writes` of SqliteSaver."""

    name = "langgraph"

    def sniff(self, head: bytes) -> bool:
        """Whether it is a database whose tables have a thread and a namespace of checkpoints."""
        return head.startswith(BEGINNING) and b"checkpoint_ns" in head and b"thread_id" in head

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the session of each thread, an error for one that holds no call; raises OaoError."""
        source = Source(self.name, dump.source, (EXACT_BYTES, CHUNKS, STREAM, HTTP))
        with tables_of(dump.data(), dump.source) as tables:
            for thread in threads_in(tables, dump.source):
                try:
                    yield session_of_run(thread.id, observed(thread), source)
                except OaoError as error:
                    yield error
                except RecursionError:
                    yield too_deep(thread.where)
