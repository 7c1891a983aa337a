"""Dumps straight from where they are kept: a key of a store, a trace of a platform → bytes, which importers read."""
