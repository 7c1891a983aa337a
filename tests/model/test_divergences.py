from pathlib import Path
from typing import get_args

import pytest

import pytest_oao
from pytest_oao.model import divergences

PACKAGE = Path(pytest_oao.__file__).parent
OTHERS = [path.read_text() for path in PACKAGE.rglob("*.py") if path != Path(divergences.__file__)]


@pytest.mark.parametrize("name", get_args(divergences.Name))
def test_a_name_is_one_that_some_module_gives(name):
    given = (f'divergence("{name}"', f'Miss("{name}"', f'return "{name}"', f'Name = "{name}"', f'else "{name}"')
    assert any(form in text for text in OTHERS for form in given)
