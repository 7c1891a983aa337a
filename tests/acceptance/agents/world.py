"""What the example agents' tools do to the world: a line in a file, or, once the world is gone, a failure at once."""

import os
from pathlib import Path

state = {"gone": False}


class WorldGone(BaseException):
    """A tool's body was run in a replay; no framework takes this for the tool's own error."""


def touch(name):
    """Take note that a tool's body runs; every tool does this first."""
    with Path(os.environ["OAO_TEST_WORLD"]).open("a") as file:
        file.write(f"{name}\n")
    if state["gone"]:
        raise WorldGone(name)


def url(agent):
    """Return where an agent's scripted model listens, or listened when the run was recorded."""
    return f"{os.environ['OAO_TEST_SERVER']}/{agent}/v1"
