"""A process that records until it is killed; it prints the seq of each call once that is settled.

Arguments: the journal's path, and the size that the file may reach (0 for any): a disk that fills up.
"""

import os
import sys
from pathlib import Path

from journal_samples import HEADER, chat

from pytest_oao.cassette.journal import Journal
from pytest_oao.errors import LostRecord
from pytest_oao.model.bodies import Body
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Returned

MANY = 1_000_000
HISTORY = 40


def main(path: str, limit: int) -> None:
    if limit:
        import resource

        sys.dont_write_bytecode = True  # a .pyc cut at the limit would stay, and break whoever imports it next
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    journal = Journal.create(Path(path), HEADER)
    for seq in range(1, MANY):
        call = chat(seq % HISTORY + 1)
        journal.started(seq, call)
        journal.settled(Exchange(seq, call, Returned(Body(b"answer " * (seq % 300)))))
        os.write(1, b"%d\n" % seq)


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]))
    except LostRecord as lost:
        os.write(1, f"lost: {lost.what}\n".encode())
