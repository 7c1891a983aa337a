"""How much a cassette may ask for; a file that asks for more is refused, and none is written that would be."""

FILE_BYTES = 256 * 1024 * 1024
NODES = 1_000_000
"""Scalars, lists and mappings in one file, each alias counted as one."""
EXPANDED = 128 * 1024 * 1024
"""Characters and nodes that all aliases of a file stand for."""
DEPTH = 100
METADATA_DEPTH = DEPTH - 2
"""Of a value in a session's metadata: the file and its metadata stand around it."""
DIGITS = 4300
"""Of one number; what CPython reads and writes by default."""

BODY_NODES = 20_000
"""A JSON body that adds more nodes is kept as text."""
BODY_DEPTH = 80
"""A JSON body that is nested deeper is kept as text, so that the file stays below `DEPTH`."""
STRUCTURED_NODES = NODES // 2
"""Once a file has this many nodes, further JSON bodies are kept as text."""
INLINE_BYTES = FILE_BYTES // 4
"""Once a file has this many bytes of bodies, further ones become blobs."""
TEXT_BYTES = 64 * 1024
"""A longer text body becomes a blob."""
BINARY_BYTES = 4 * 1024
"""A longer binary body becomes a blob."""
