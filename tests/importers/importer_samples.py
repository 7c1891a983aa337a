"""Files to sessions, as `oao import` reads them."""

from pytest_oao.errors import OaoError
from pytest_oao.importers.detection import detect, named
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS


def sessions_in(data, name, format_name=""):
    """Return the sessions of a file, by the importer named, or else the one that knows it; raises the first refusal."""
    dump = FileDump(name, data)
    importer = named(format_name, IMPORTERS) if format_name else detect(dump, IMPORTERS)
    found = list(importer.read(dump))
    for one in found:
        if isinstance(one, OaoError):
            raise one
    return found
