"""The published JSON Schemas, asked about a file: what `oao check` does beyond loading it."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from pytest_oao.cassette.loading import is_journal
from pytest_oao.cassette.shelf import tree_at
from pytest_oao.errors import UnreadableFile

_LONGEST = 200


def check_schema(path: Path) -> None:
    """Raise UnreadableFile where a cassette or journal, which loads, is not what its schema says."""
    if is_journal(path):
        with path.open("rb") as file:
            check_journal_schema(file, str(path))
    else:
        _check(_validator("cassette.schema.json"), tree_at(path), str(path))


def check_journal_schema(lines: Iterable[bytes], where: str) -> None:
    """Raise UnreadableFile where a journal, which `where` names, is not what its schema says."""
    validator = _validator("journal.schema.json")
    for number, line in enumerate(lines, 1):
        _check(validator, json.loads(line), f"{where}, line {number}")


def _check(validator: Any, instance: object, where: str) -> None:  # noqa: ANN401 - jsonschema is imported late
    error = next(validator.iter_errors(instance), None)
    if error is not None:
        raise UnreadableFile(
            f"{error.json_path} is not as the format says: {error.message[:_LONGEST]}",
            where=where,
            remedy="record it again, or mend it by hand and run `oao seal`",
        )


@cache
def _validator(name: str) -> Any:  # noqa: ANN401
    import jsonschema  # noqa: PLC0415 - late: only `oao check` needs it

    schema = json.loads(Path(__file__).with_name(name).read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema)
