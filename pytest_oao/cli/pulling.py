"""What `oao import` is to fetch from elsewhere: `langfuse:TRACE_ID`, `redis://HOST/0#KEY` and the like."""

import os
import re
from dataclasses import replace
from pathlib import Path

from pytest_oao.cli.files import Found
from pytest_oao.cli.misnamed import misnamed
from pytest_oao.pullers.table import puller_of
from pytest_oao.stores.locating import is_url
from pytest_oao.stores.urls import shown_url

_USER = re.compile(r"//[^/]*@")


def is_kept_elsewhere(name: str) -> bool:
    """Whether an argument names something that a platform keeps, or was meant to; a file of that name comes first."""
    return (puller_of(name) is not None and not Path(name).exists()) or misnamed(name) is not None


def shown(name: str) -> Found:
    """Return what stands for it in what is said: without a password."""
    is_page = name.lower().startswith(("http://", "https://"))
    address = _USER.sub("//", name) if is_page or not is_url(name) else shown_url(name)
    return Found(Path(address), address=address)


def pulled(name: str) -> Found:
    """Fetch it; raises OaoError."""
    puller = puller_of(name)
    if puller is None:
        raise misnamed(shown(name).said) or AssertionError(name)
    return replace(shown(name), content=puller.pull(name.partition(":")[2], os.environ))
