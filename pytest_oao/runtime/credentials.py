"""Dummy credentials, where there are none: replay needs no key, and SDKs ask for one before they send anything."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

DUMMIES = {
    "OPENAI_API_KEY": "sk-oao-replay",
    "AZURE_OPENAI_API_KEY": "oao-replay",
    "ANTHROPIC_API_KEY": "sk-ant-oao-replay",
    "AWS_ACCESS_KEY_ID": "oao-replay",
    "AWS_SECRET_ACCESS_KEY": "oao-replay",
    "GOOGLE_API_KEY": "oao-replay",
    "MISTRAL_API_KEY": "oao-replay",
    "CO_API_KEY": "oao-replay",
    "GROQ_API_KEY": "oao-replay",
}


@contextmanager
def dummy_credentials() -> Iterator[None]:
    """Set the dummies of variables that are absent, and take them away again; present ones stay."""
    absent = {name: value for name, value in DUMMIES.items() if not os.environ.get(name)}
    os.environ.update(absent)
    try:
        yield
    finally:
        for name, value in absent.items():
            if os.environ.get(name) == value:
                del os.environ[name]
