"""JSON files of others."""

import json

from pytest_oao.errors import HostileFile, UnreadableFile
from pytest_oao.importers.foreign import REMEDY, Part


def load_json(data: bytes, source: str) -> Part:
    """Parse a file; raises UnreadableFile with line and column, HostileFile where it is nested too deep."""
    try:
        return Part(json.loads(data.decode("utf-8-sig")), source)
    except RecursionError as error:
        raise HostileFile("the JSON is nested too deep", where=source, remedy=REMEDY) from error
    except UnicodeDecodeError as error:
        what = f"byte {error.start} is no UTF-8"
        raise UnreadableFile(what, where=source, remedy="Save the file as UTF-8.") from error
    except json.JSONDecodeError as error:
        where = f"{source}: line {error.lineno}, column {error.colno}"
        raise UnreadableFile(f"not JSON: {error.msg}", where=where, remedy=REMEDY) from error
    except ValueError as error:  # an integer of more digits than CPython reads
        raise HostileFile(f"not readable JSON: {error}", where=source, remedy=REMEDY) from error
