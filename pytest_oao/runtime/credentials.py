"""Dummy credentials, where there are none: replay needs no key, and SDKs ask for one before they send anything."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pytest_oao.model.exchanges import Exchange

DUMMIES = {
    "OPENAI_API_KEY": "sk-oao-replay",
    "AZURE_OPENAI_API_KEY": "oao-replay",
    "ANTHROPIC_API_KEY": "sk-ant-oao-replay",
    "AWS_ACCESS_KEY_ID": "oao-replay",
    "AWS_SECRET_ACCESS_KEY": "oao-replay",
    "GOOGLE_API_KEY": "oao-replay",
    "MISTRAL_API_KEY": "oao-replay",
    "CO_API_KEY": "oao-replay",
    "COHERE_API_KEY": "oao-replay",
    "GROQ_API_KEY": "oao-replay",
}
REGION = "AWS_DEFAULT_REGION"
"""What names the region of Amazon's services: no secret, but asked for before anything is sent."""
_ANY_REGION = "us-east-1"
_regions: list[str] = []
"""Not empty while the region is a dummy: that of a whole pytest run yields to that of a test's cassette."""
_REGION_OF_HOST = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com")


@contextmanager
def dummy_credentials(exchanges: Iterable[Exchange] = ()) -> Iterator[None]:
    """Set the dummies of variables that are absent or empty, and take them away again; present ones stay.

    The region is the one that the recorded `exchanges` went to, where they tell one.
    """
    dummies = dict(DUMMIES)
    if not os.environ.get(REGION) or _regions:
        dummies[REGION] = _region_of(exchanges)
    before = {name: os.environ.get(name) for name in dummies if name == REGION or not os.environ.get(name)}
    os.environ.update({name: dummies[name] for name in before})
    _regions.extend([REGION] if REGION in before else [])
    try:
        yield
    finally:
        del _regions[len(_regions) - (REGION in before) :]
        for name, value in before.items():
            if os.environ.get(name) == dummies[name]:
                del os.environ[name]
                os.environ.update({} if value is None else {name: value})


def _region_of(exchanges: Iterable[Exchange]) -> str:
    urls = (exchange.call.url for exchange in exchanges)
    found = (_REGION_OF_HOST.search(url) for url in urls if "amazonaws" in url)
    return next((one[1] for one in found if one), _ANY_REGION)
