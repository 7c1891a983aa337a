"""inspect_ai's logs: each sample of an evaluation, in each epoch, is a session of the agent that was evaluated."""

from collections.abc import Iterator

from pytest_oao.errors import OaoError
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.foreign import too_deep
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.inspect_events import observed
from pytest_oao.importers.inspect_samples import Sample, samples_in
from pytest_oao.importers.zip_members import first_name
from pytest_oao.model.provenance import CHUNKS, EXACT_BYTES, HTTP
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump

_MEMBERS = ("_journal/", "header.json", "samples/", "summaries.json")


class InspectLogs:
    """`.eval` files, which are zip archives of JSON, and `.json` files."""

    name = "inspect"

    def sniff(self, head: bytes) -> bool:
        """Whether its members, or its keys, are those of an evaluation."""
        if name := first_name(head):
            return name.startswith(_MEMBERS) and name.endswith(".json")
        return glimpse(head).has("version", "status", "eval.task", "eval.model")

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield a session for each sample and epoch, an error for one that made no call or cannot be read."""
        source = Source(self.name, dump.source, (EXACT_BYTES, CHUNKS, HTTP))
        for sample in samples_in(dump):
            if isinstance(sample, OaoError):
                yield sample
                continue
            try:
                yield _session(sample, source)
            except OaoError as error:
                yield error


def _session(sample: Sample, source: Source) -> Session:
    try:
        return session_of_run(sample.name, observed(sample), source)
    except RecursionError as error:
        raise too_deep(sample.part.where) from error
