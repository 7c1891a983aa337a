"""What a test's recording keeps of the world it ran in: the seed of its chance, and variables that the user names."""

import pytest

from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.sessions import Session
from pytest_oao.runtime.chance import drawn_seed, has_seed, seed_of, seed_record
from pytest_oao.runtime.variables import variables_record


def variables_of(item: pytest.Item) -> list[str]:
    """Return the names of the environment variables that are kept."""
    names: list[str] = item.config.getini("oao_env")
    return names


def world_record(item: pytest.Item, redactor: Redactor, before: Session | None) -> JSONObject:
    """Return the metadata of a new recording; its seed is that of the one before, so that the same is drawn again."""
    seed = seed_of(before.header) if before is not None and has_seed(before.header) else drawn_seed()
    return {**seed_record(seed), **variables_record(variables_of(item), redactor)}
