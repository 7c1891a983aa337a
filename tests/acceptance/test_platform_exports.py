"""One conversation, recorded by the SDK of every platform: the sessions are equal but for what each export lacks.

The files in platform_exports/ were written by the real packages, against platform_server.py, which had the conversation
of platform_scenario.py with them. A row names the file, the format it is recognised as, the API that was asked, and all
that its session says it lacks beyond the format itself.
"""

from pathlib import Path

import pytest
from platform_equality import differences, truth

from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS

FOLDER = Path(__file__).with_name("platform_exports")
EXPORTS: list[tuple[str, str, str, set[str]]] = [
    ("litellm_chat.jsonl", "litellm", "openai.chat", {"error body", "result types"}),
    ("litellm_messages.jsonl", "litellm", "anthropic.messages", {"response id", "result types"}),
]


@pytest.mark.parametrize(("name", "form", "api", "lacked"), EXPORTS, ids=[row[0] for row in EXPORTS])
def test_a_platforms_export_is_the_conversation(name, form, api, lacked):
    dump = FileDump(name, FOLDER / name)
    (session,) = detect(dump, IMPORTERS).read(dump)
    assert session.header.origin.format == form
    assert differences(session, api) == []
    assert {word for exchange in session.exchanges for word in exchange.provenance.lacked} == lacked


def test_every_captured_export_is_compared():
    assert {path.name for path in FOLDER.glob("*")} == {row[0] for row in EXPORTS}


def test_the_truth_is_of_five_calls():
    assert [len(truth(api)) for api in ("openai.chat", "openai.responses", "anthropic.messages")] == [5, 5, 5]
