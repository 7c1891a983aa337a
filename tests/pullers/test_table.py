"""The environment variables of each service: told once, by its puller, and so in the help and on the page."""

import re
from pathlib import Path

import pytest

from pytest_oao.cli.import_help import services_help
from pytest_oao.pullers import langfuse, langsmith, openai, phoenix
from pytest_oao.pullers.table import PULLERS

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "bug-report.md"
MODULES = {one.__name__.rpartition(".")[2]: one for one in (langfuse, langsmith, openai, phoenix)}
NAME = re.compile(r"\b(?:LANGFUSE|LANGSMITH|LANGCHAIN|PHOENIX|OPENAI)_[A-Z_]+\b")


def names_of(puller):
    return {name for group in puller.variables for name in group}


@pytest.mark.parametrize("puller", PULLERS, ids=lambda one: one.scheme)
def test_a_puller_tells_each_variable_that_it_reads(puller):
    module = MODULES.get(puller.scheme)
    read = set(NAME.findall(Path(module.__file__).read_text(encoding="utf-8"))) if module else set()
    assert names_of(puller) == read


@pytest.mark.parametrize("puller", PULLERS, ids=lambda one: one.scheme)
def test_the_page_and_the_help_tell_them_too(puller):
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    (row,) = (line for line in rows if f"`{puller.scheme}`" in line.split("|")[1])
    assert set(NAME.findall(row)) == names_of(puller)
    assert all(form in services_help() for form in puller.forms)
    assert set(NAME.findall(services_help())) >= names_of(puller)
    assert max(map(len, services_help().splitlines())) <= 80
