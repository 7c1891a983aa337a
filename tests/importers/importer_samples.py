"""Files to sessions, as `oao import` reads them."""

from pytest_oao.importers.detection import detect, named, opened
from pytest_oao.importers.table import IMPORTERS


def sessions_in(data, name, format_name=""):
    """Return the sessions of a file, by the importer named, or else the one that knows it; gzip is opened first."""
    data = opened(data, name)
    importer = named(format_name, IMPORTERS) if format_name else detect(data, name, IMPORTERS)
    return list(importer.read(data, name))
