"""Frozen data that every floor passes on: stdlib only, no I/O, no clock, no pytest."""
