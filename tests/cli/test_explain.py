import re
from pathlib import Path
from typing import get_args

import pytest

from pytest_oao import errors
from pytest_oao.model.divergences import Name


def told(cls):
    return {cls, *(each for sub in cls.__subclasses__() for each in told(sub))}


OURS = sorted(
    (cls for cls in told(errors.OaoError) | told(errors.OaoHalt) if cls.__module__ == errors.__name__),
    key=lambda cls: cls.__name__,
)
DIFFERENCES = [name.replace(" ", "-") for name in get_args(Name)]


@pytest.mark.parametrize("cls", OURS, ids=lambda cls: cls.__name__)
def test_what_the_message_of_an_error_names_is_explained(cli, cls):
    raised = BaseException.__new__(cls)
    raised.what, raised.where, raised.remedy = "it broke", "here", "mend it"
    command = re.search(r"\n  \(more: oao (explain [a-z-]+)\)\Z", str(raised))[1].split()
    code, out, err = cli(*command)
    assert (code, err) == (0, "")
    name, blank, *text = out.splitlines()
    assert (name, blank) == (cls.slug, "")
    assert len(" ".join(text)) > 40
    assert "](" not in out
    assert "## " not in out
    if cls not in {errors.OaoError, errors.OaoHalt}:
        assert cli("explain", cls.__name__)[1] == out


def test_without_a_name_all_are_listed(cli):
    code, out, _ = cli("explain")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()} == {cls.slug for cls in OURS} | set(DIFFERENCES)
    assert "missing-file            A file that is needed is not there.\n" in out


def test_an_unknown_name_is_told(cli):
    code, out, err = cli("explain", "misssing-file")
    assert (code, out) == (2, "")
    assert "oao explain: nothing is named 'misssing-file'\n" in err
    assert "  Did you mean `oao explain missing-file`? `oao explain` lists all names.\n" in err
    assert "Did you mean" not in cli("explain", "xyz")[2]


@pytest.mark.parametrize("name", DIFFERENCES)
def test_what_the_report_of_a_divergence_begins_with_is_explained(cli, name):
    code, out, err = cli("explain", name)
    assert (code, err) == (0, "")
    title, blank, meaning, *_ = out.splitlines()
    assert (title, blank) == (name, "")
    assert meaning[0].isupper()
    assert meaning.endswith(".")
    remedies = (
        "record anew, with `pytest --oao-record`",
        "(`oao_sessions`) is never recorded",
        '(ignore=["$.system"])',
    )
    assert all(
        told in out
        for told in (*remedies, "marked `vcr` is recorded by pytest-recording", "`ignore_hosts`", "`ignore=`")
    )
    assert "|" not in out
    assert cli("explain", *name.split("-"))[1] == cli("explain", name.replace("-", " "))[1] == out


def test_what_a_section_links_to_is_named_as_a_page_that_there_is(cli):
    pages = Path(__file__).parents[2]
    named = set()
    for cls in OURS:
        named.update(re.findall(r"\((docs/[^#)]+)(?:#[a-z-]+)?\)", cli("explain", cls.slug)[1]))
    assert "the policy (docs/reference/policy.md)" in cli("explain", "policy-violation")[1]
    assert len(named) > 4
    assert not [page for page in named if not (pages / page).is_file()]
