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
    "COHERE_API_KEY": "oao-replay",
    "GROQ_API_KEY": "oao-replay",
}


@contextmanager
def dummy_credentials() -> Iterator[None]:
    """Set the dummies of variables that are absent or empty, and take them away again; present ones stay."""
    before = {name: os.environ.get(name) for name in DUMMIES if not os.environ.get(name)}
    os.environ.update({name: DUMMIES[name] for name in before})
    try:
        yield
    finally:
        for name, value in before.items():
            if os.environ.get(name) == DUMMIES[name]:
                del os.environ[name]
                os.environ.update({} if value is None else {name: value})
