"""The library half, for whoever has no pytest: load, record and replay."""
