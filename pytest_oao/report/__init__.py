"""Divergences and sessions as text; reads data, decides nothing."""
