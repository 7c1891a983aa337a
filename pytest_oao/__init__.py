"""Recorded-traffic regression testing of agents."""
