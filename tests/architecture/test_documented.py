"""Whatever a user can name has a place in the reference."""

import re
from pathlib import Path

import pytest

import pytest_oao
from pytest_oao import errors
from pytest_oao.plugin import hookspecs
from pytest_oao.providers.compared import COMPARED

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
OPTIONS = (ROOT / "pytest_oao" / "plugin" / "options.py").read_text()


def told(cls: type) -> set[type]:
    return {cls, *(each for sub in cls.__subclasses__() for each in told(sub))}


ERRORS = ROOT / "pytest_oao" / "errors.md"


def headings(page: Path) -> set[str]:
    return set(re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE))


def own_slugs() -> set[str]:
    classes = {*told(errors.OaoError), *told(errors.OaoHalt)}
    return {cls.slug for cls in classes if cls.__module__.startswith("pytest_oao")}


@pytest.mark.parametrize("slug", sorted(own_slugs()))
def test_an_error_has_a_section(slug):
    assert slug in headings(ERRORS)


def test_no_section_outlives_its_error():
    sections = {line for line in headings(ERRORS) if re.fullmatch(r"[a-z-]+", line)}
    assert sections == own_slugs()


@pytest.mark.parametrize("name", sorted(pytest_oao.__all__))
def test_a_public_name_is_described(name):
    assert f"pytest_oao.{name}" in (REFERENCE / "python.md").read_text()


@pytest.mark.parametrize("option", sorted(set(re.findall(r'"(--oao-[a-z-]+)"', OPTIONS))))
def test_an_option_is_described(option):
    assert option in headings(REFERENCE / "options.md") or f"`{option}`" in (REFERENCE / "options.md").read_text()


@pytest.mark.parametrize("ini", sorted(set(re.findall(r'addini\(\s*"(oao_[a-z_]+)"', OPTIONS))))
def test_an_ini_value_is_described(ini):
    assert f"`{ini}`" in (REFERENCE / "options.md").read_text()


@pytest.mark.parametrize("hook", sorted(name for name in vars(hookspecs) if name.startswith("pytest_oao_")))
def test_a_hook_is_described(hook):
    assert hook in headings(REFERENCE / "hooks.md")


def test_every_module_is_on_the_list_and_the_list_names_no_other():
    listed = set(re.findall(r"^- `(pytest_oao[\w.]*)`", (DOCS / "explanation" / "design.md").read_text(), re.MULTILINE))
    paths = (path.relative_to(ROOT).with_suffix("") for path in (ROOT / "pytest_oao").rglob("*.py"))
    assert listed == {".".join(path.parts).removesuffix(".__init__") for path in paths}


@pytest.mark.parametrize(("level", "compared"), COMPARED.items())
def test_a_level_is_told_in_the_words_of_reports(level, compared):
    assert f"| `{level}` | {compared} |" in (DOCS / "explanation" / "imports.md").read_text()
