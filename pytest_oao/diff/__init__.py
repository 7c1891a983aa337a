"""How two things differ: equality up to renaming, alignment, path-by-path changes. Returns data, renders nothing."""
