"""What `oao import` is to fetch from elsewhere: `langfuse:TRACE_ID`, `redis://HOST/0#KEY` and the like."""

import os
from dataclasses import replace
from pathlib import Path

from pytest_oao.cli.files import Found, shown_name
from pytest_oao.cli.misnamed import misnamed
from pytest_oao.errors import BadOption
from pytest_oao.pullers.table import puller_of


def is_kept_elsewhere(name: str) -> bool:
    """Whether an argument names something that a platform keeps, or was meant to; a file of that name comes first."""
    return (puller_of(name) is not None and not Path(name).exists()) or misnamed(name) is not None


def shown(name: str) -> Found:
    """Return what stands for it in what is said: without a password."""
    address = shown_name(name)
    return Found(Path(address), address=address)


def pulled(name: str) -> Found:
    """Fetch it; raises OaoError."""
    puller = puller_of(name)
    if puller is None:
        raise misnamed(shown(name).said) or AssertionError(name)
    if any("\ud800" <= sign <= "\udfff" for sign in name):  # bytes of the command line that are no UTF-8
        raise BadOption("it is no UTF-8", where=shown(name).said, remedy="Give the id as its platform shows it.")
    return replace(shown(name), content=puller.pull(name.partition(":")[2], os.environ))
