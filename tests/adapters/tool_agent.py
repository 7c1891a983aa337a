"""Tools as agents define them; `LIVE` counts their real runs."""

import asyncio
from collections import Counter
from dataclasses import dataclass

import pytest_oao as oao

LIVE = Counter()


@dataclass
class Hit:
    title: str
    score: float = 0.5


class Missing(Exception):
    def __init__(self, name, *, tried):
        super().__init__(f"no {name}")
        self.tried = tried


@oao.tool
def search(query, *, limit=2):
    LIVE["search"] += 1
    return [Hit(query)] * limit


@oao.tool(name="fetch_page", ignore=["session"])
async def fetch(url, session=None):
    LIVE["fetch"] += 1
    await asyncio.sleep(0)
    if "missing" in url:
        raise Missing(url, tried=(1, 2))
    return url.encode()


@oao.tool
def lines(count, broken=False):
    LIVE["lines"] += 1
    try:
        for number in range(count):
            yield {"line": number}
        if broken:
            raise Missing("line", tried=())
    finally:
        LIVE["lines closed"] += 1


@oao.tool
async def pages(count):
    LIVE["pages"] += 1
    try:
        for number in range(count):
            await asyncio.sleep(0)
            yield (number,)
    finally:
        LIVE["pages closed"] += 1


@oao.tool
def research(topic):
    """Search twice: a tool that makes calls of its own."""
    LIVE["research"] += 1
    return [search(f"{topic} {number}")[0].title for number in range(2)]


class Shelf:
    def __init__(self, owner):
        self.owner = owner

    @oao.tool
    def take(self, title):
        LIVE["take"] += 1
        return title.upper()

    @oao.tool
    @staticmethod
    def count():
        LIVE["count"] += 1
        return 3

    @classmethod
    @oao.tool
    def default(cls, size):
        LIVE["default"] += 1
        return size

    def plain(self, text):
        LIVE["plain"] += 1
        return text * 2

    async def slow(self, text):
        LIVE["slow"] += 1
        return text * 3

    def _hidden(self):
        return 1


shelf = oao.wrap(Shelf("me"), methods=["plain", "slow"], name="shelf")
