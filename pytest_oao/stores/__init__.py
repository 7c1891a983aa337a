"""Journals of production: written beside the program that is recorded, kept in a folder, a bucket or a Redis.

Knows how a journal's lines are made and nothing of who makes calls. What fails here costs a record, never a call.
"""
