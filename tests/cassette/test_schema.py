import cassette_samples
import pytest
from journal_samples import write_sample

from pytest_oao.cassette import seal, shelf
from pytest_oao.cassette.schema import check_schema
from pytest_oao.errors import UnreadableFile


def test_what_we_write_is_as_the_schemas_say(tmp_path):
    shelf.save(cassette_samples.mixed(), tmp_path / "x.yaml")
    check_schema(tmp_path / "x.yaml")
    write_sample(tmp_path / "x.oao.jsonl")
    check_schema(tmp_path / "x.oao.jsonl")


def test_a_field_that_no_format_knows_is_named(tmp_path):
    path = tmp_path / "x.yaml"
    shelf.save(cassette_samples.agent(), path)
    body, _, _ = path.read_bytes().rpartition(b"digest:")
    path.write_bytes(seal.sealed(body.replace(b"\nexchanges:", b"\nsurprise: 1\nexchanges:", 1)))
    with pytest.raises(UnreadableFile, match="surprise"):
        check_schema(path)
