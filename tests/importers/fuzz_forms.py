"""How files hold values: each form reads a file to plain data, and writes what has become of that to a file again."""

import csv
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import yaml
from langgraph_databases import Ext, pack

from pytest_oao.cassette.chain import ROOT, link
from pytest_oao.errors import OaoError
from pytest_oao.importers.msgpack_values import unpacked

try:
    from pyarrow import ArrowException, Table, array, parquet
except ImportError:
    parquet, ArrowException = None, ValueError

DEEP, LONG = "DEEP", "LONG"
"""Texts that begin so stand for what Python's own writers refuse: see `_spelt_out`."""
_STANDING = re.compile(rb'(\\*"|)(DEEP|LONG)(\d+)\1')
_ESCAPED = "surrogatepass"
_DAMAGED = (zipfile.BadZipFile, NotImplementedError, sqlite3.Error, yaml.YAMLError, ArrowException)
_ANOTHER = (ValueError, RecursionError, OverflowError, EOFError, zlib.error, *_DAMAGED)
"""What readers raise for a file of another form, or for one that is broken already."""


@dataclass(frozen=True)
class Form:
    """A way to hold values."""

    read: Callable
    """Return what a file holds; raises ValueError for one of another form."""
    write: Callable


def form_of(data):
    """Return the form of a file and what it holds, as plain data that can be changed."""
    for form in FORMS:
        try:
            return form, form.read(data)
        except _ANOTHER:
            continue
    raise AssertionError


def _spelt_out(data):
    """Put nesting of any depth, and a number of any length, where a text stands for it."""

    def spelt(found):
        quote, kind, size = found[1], found[2], int(found[3])
        return (b"[{%sa%s: " % (quote, quote)) * size + b"1" + b"}]" * size if kind == b"DEEP" else b"1" * size

    return _STANDING.sub(spelt, data)


def as_json(value):
    return _spelt_out(json.dumps(value, default=repr, skipkeys=True).encode())


def _of_json(data):
    return json.loads(data.decode())


def _of_lines(data):
    return [_of_json(line) for line in data.splitlines() if line.strip()]


def _as_lines(value):
    return b"".join(as_json(one) + b"\n" for one in (value if isinstance(value, list) else [value]))


def _of_journal(data):
    if not data.startswith(b'{"prev":'):
        raise ValueError
    return [{key: one[key] for key in one if key not in ("prev", "sha256")} for one in _of_lines(data)]


def _as_journal(value):
    """Write lines whose chain holds, so that they are read to their end."""
    written, digest = b"", ROOT
    for one in value if isinstance(value, list) else [value]:
        line, digest = link(digest, one if isinstance(one, dict) and one else {"event": one})
        written += line
    return written


def _of_yaml(data):
    value = yaml.load(data, _Loader)
    if isinstance(value, dict):
        return value
    raise ValueError


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _as_yaml(value):
    try:
        return _spelt_out(yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True).encode())
    except UnicodeEncodeError:
        return as_json(value)  # which is YAML and escapes lone surrogates


def _of_zip(data):
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: _json_or_bytes(packed.read(name)) for name in packed.namelist()}


def _as_zip(value):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, held in value.items() if isinstance(value, dict) else [("header.json", value)]:
            packed.writestr(name.encode("utf-8", "replace").decode() or "nameless", _as_json_or_bytes(held))
    return out.getvalue()


def _json_or_bytes(data):
    try:
        return {"json": json.loads(data.decode())}
    except ValueError:
        return data


def _as_json_or_bytes(value):
    match value:
        case bytes():
            return value
        case {"json": held}:
            return as_json(held)
    return as_json(value)


def _of_database(data):
    if not data.startswith(b"SQLite"):
        raise ValueError
    connection = sqlite3.connect(":memory:")
    connection.deserialize(data)
    tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    rows = {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name, _ in tables}
    return {name: {"sql": sql, "rows": [list(map(_of_cell, row)) for row in rows[name]]} for name, sql in tables}


def _of_cell(cell):
    if not isinstance(cell, bytes):
        return cell
    try:
        return {"packed": unpacked(cell, "a cell", lambda code, held: {"ext": code, "content": held})}
    except OaoError:
        return _json_or_bytes(cell)


def _as_database(value):
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA user_version = 1")  # so that there is a page to serialise
    connection.execute("BEGIN")
    for name, table in value.items() if isinstance(value, dict) else ():
        try:
            connection.execute(table["sql"])
            for row in table["rows"]:
                connection.execute(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(row))})', [*map(_as_cell, row)])
        except (sqlite3.Error, TypeError, KeyError, ValueError):
            continue  # no database holds that: the rows before it are there
    connection.execute("COMMIT")
    return connection.serialize()


def _as_cell(value):
    match value:
        case {"packed": held}:
            return pack(_packable(held))
        case {"json": _} | list() | dict():
            return _as_json_or_bytes(value)
    return _packable(value)


def _packable(value):
    """Return a value as MessagePack and SQLite can hold it: with no number too long for them."""
    match value:
        case {"ext": int(code), "content": content}:
            return Ext(code % 100, *(_packable(one) for one in (content if isinstance(content, list) else [content])))
        case dict():
            return {_packable(key): _packable(item) for key, item in value.items()}
        case list():
            return [_packable(item) for item in value]
        case str():
            return value.encode("utf-8", "replace").decode()
        case int():
            return max(-(2**63), min(value, 2**63 - 1))
    return value


def _of_parquet(data):
    if not data.startswith(b"PAR1"):
        raise ValueError
    return parquet.read_table(io.BytesIO(data)).to_pylist()


def _as_parquet(value):
    """Write rows, a column as JSON where Parquet has no type for its values."""
    rows = [one if isinstance(one, dict) else {"value": one} for one in (value if isinstance(value, list) else [value])]
    names = sorted({name for row in rows for name in row})
    columns = [_column([row.get(name) for row in rows]) for name in names]
    out = io.BytesIO()
    parquet.write_table(Table.from_arrays(columns, [_packable(name) for name in names]), out, compression="none")
    return out.getvalue()


def _column(values):
    try:
        made = array(values)
        parquet.write_table(Table.from_arrays([made], ["x"]), io.BytesIO())
    except (ArrowException, OverflowError, TypeError, UnicodeEncodeError):
        return array([_packable(one) if isinstance(one, str) else json.dumps(one, default=repr) for one in values])
    return made


def _of_table(data):
    text = data.decode()
    if not re.match(r"\w+,\w+", text):
        raise ValueError
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _as_table(value):
    """Write rows of text, the keys of the first above them."""
    rows = [one if isinstance(one, dict) else {"value": one} for one in (value if isinstance(value, list) else [value])]
    out = io.StringIO(newline="")
    names = list(rows[0]) if rows else []
    writer = csv.writer(out)
    writer.writerow(names)
    for row in rows:
        cells = (row.get(name) for name in names)
        writer.writerow([json.dumps(cell) if isinstance(cell, dict | list) else cell for cell in cells])
    return _spelt_out(out.getvalue().encode("utf-8", _ESCAPED))


def _of_protobuf(data):
    """Return the fields of a message: number, kind, and content, which may be a message again."""
    fields, at = [], 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            content, at = _varint(data, at)
        elif kind == _SIZED or kind in _FIXED:
            length, at = _varint(data, at) if kind == _SIZED else (_FIXED[kind], at)
            content, at = data[at : at + length], at + length
            if len(content) < length:
                raise ValueError
        else:
            raise ValueError
        fields.append([key >> 3, kind, _content(content) if kind == _SIZED else content])
    return fields


_SIZED, _FIXED = 2, {1: 8, 5: 4}


def _varint(data, at):
    value = shift = 0
    while True:
        if at >= len(data):
            raise ValueError
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value, at


def _content(data):
    try:
        found = _of_protobuf(data)
    except ValueError:
        found = None
    if found and all(0 < number < 50 for number, _, _ in found):
        return found
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _as_protobuf(value):
    """Write a message; what has become of its fields stands in it as JSON."""
    written = b""
    for field in value if isinstance(value, list) else [value]:
        match field:
            case [int(number), 0, int(content)]:
                written += _as_varint(number << 3) + _as_varint(content)
            case [int(number), 1 | 5 as kind, bytes(content)]:
                written += _as_varint(number << 3 | kind) + content.ljust(_FIXED[kind], b"\0")[: _FIXED[kind]]
            case [int(number), _, content]:
                held = _as_content(content)
                written += _as_varint(number << 3 | _SIZED) + _as_varint(len(held)) + held
            case _:
                held = _as_content(field)
                written += _as_varint(1 << 3 | _SIZED) + _as_varint(len(held)) + held
    return written


def _as_content(value):
    match value:
        case bytes():
            return value
        case str():
            return value.encode("utf-8", _ESCAPED)
        case list():
            return _as_protobuf(value)
    return as_json(value)


def _as_varint(number):
    number %= 2**64
    written = bytearray()
    while number >= 0x80:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


JSON = Form(_of_json, as_json)
PARQUET = Form(_of_parquet, _as_parquet)
FORMS = (
    Form(_of_zip, _as_zip),
    Form(_of_database, _as_database),
    PARQUET,
    JSON,
    Form(_of_journal, _as_journal),
    Form(_of_lines, _as_lines),
    Form(_of_yaml, _as_yaml),
    Form(_of_table, _as_table),
    Form(_of_protobuf, _as_protobuf),
    Form(bytes, lambda value: value if isinstance(value, bytes) else as_json(value)),
)
"""In the order in which they are tried: what is JSON is YAML, too, and anything is bytes."""
