"""What `oao import` is to fetch from elsewhere: `langfuse:TRACE_ID`, `redis://HOST/0#KEY` and the like."""

import os
import re
from pathlib import Path

from pytest_oao.cli.files import Found
from pytest_oao.errors import BadOption
from pytest_oao.pullers.table import PULLERS, puller_of

SERVICES = ", ".join(one.scheme for one in PULLERS)
_PASSWORD = re.compile(r"//[^/]*@")


def is_kept_elsewhere(name: str) -> bool:
    """Whether an argument names something that a platform keeps; a file of that name comes first."""
    return puller_of(name) is not None and not Path(name).exists()


def shown(name: str) -> Found:
    """Return what stands for it in what is said: without a password."""
    return Found(Path(_PASSWORD.sub("//", name)))


def pulled(name: str) -> Found:
    """Fetch it; raises OaoError."""
    puller = puller_of(name)
    if puller is None:
        raise BadOption(f"{name!r} names no service", remedy=f"Known are {SERVICES}: SERVICE:ID")
    return Found(shown(name).path, content=puller.pull(name.partition(":")[2], os.environ))
