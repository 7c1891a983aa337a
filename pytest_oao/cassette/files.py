"""All that a store needs of the file system, in one place to import from."""

from pytest_oao.cassette.blobs import blob_path, read_blob, write_blob
from pytest_oao.cassette.disk import read_bounded, write_atomically
from pytest_oao.cassette.paths import inside
from pytest_oao.cassette.slugs import slug

__all__ = ["blob_path", "inside", "read_blob", "read_bounded", "slug", "write_atomically", "write_blob"]
