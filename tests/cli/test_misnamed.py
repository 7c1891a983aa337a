"""What is said of arguments of `oao import` that name no file, no store and no service."""

from pathlib import Path

import pytest

ID = "01a1fbdf-9113-7840-9ce0-ba00f6899e00"
OWN = "20261122T101500Z-3d8a9881"
PAGES = {
    "https://cloud.langfuse.com/project/x/traces/abc": "langfuse:abc",
    "https://cloud.langfuse.com/project/x/traces/abc?observation=o1&timestamp=2": "langfuse:abc",
    "https://us.cloud.langfuse.com/project/x/traces?peek=abc": "langfuse:abc",
    f"https://smith.langchain.com/o/o1/projects/p/p1/r/{ID}?poll=true": f"langsmith:{ID}",
    f"https://smith.langchain.com/public/{ID}/r/{ID}": f"langsmith:{ID}",
    f"https://eu.smith.langchain.com/o/o1/projects/p/p1?peek={ID}": f"langsmith:{ID}",
    "http://localhost:6006/projects/UHJvamVjdDox/traces/4bf9": "phoenix:UHJvamVjdDox/4bf9",
    "https://platform.openai.com/logs/resp_68a1": "openai:resp_68a1",
    "https://platform.openai.com/logs/chatcmpl-9": "openai:chatcmpl-9",
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_a_platform_tells_what_to_write(cli, page):
    code, out, _ = cli("import", page)
    assert code == 1
    assert (
        out.splitlines()[0] == f"refused   {page}: this is a page of the web, which is not fetched. Write {PAGES[page]}"
    )


@pytest.mark.parametrize("page", ["https://example.com/x.har", "http://[", "HTTPS://cloud.langfuse.com/project/x"])
def test_another_page_is_refused_with_what_can_be_fetched(cli, page):
    code, out, _ = cli("import", page)
    assert code == 1
    assert f"refused   {page}: this is a page of the web" in out
    assert "langfuse, langsmith, phoenix, openai" in out


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("helicone:abc", "there is no such file, and no service 'helicone'. Services are langfuse, langsmith"),
        ("LangFuse:abc", "services are written in lower case. Write langfuse:abc"),
        ("langfuse:", "langfuse is a service, and what is to be fetched from it is not named. Write langfuse:ID"),
        ("langfuse", "langfuse is a service, and what is to be fetched from it is not named. Write langfuse:ID"),
        ("redis", "Write redis://HOST:PORT/DB#KEY; services are langfuse, langsmith"),
        ("langfuse:\udcff", r"langfuse:\udcff: it is no UTF-8. Give the id as its platform shows it."),
    ],
)
def test_a_service_that_is_not_known_or_not_whole(cli, name, told):
    code, out, _ = cli("import", name)
    assert code == 1
    assert out.startswith("refused   ")
    assert told in out


@pytest.mark.parametrize("name", [OWN, f"#{OWN}"])
@pytest.mark.parametrize("verb", [["import"], ["show"], ["check"], ["diff", OWN]])
def test_the_bare_id_of_a_session_needs_its_store(cli, verb, name):
    code, _, told = cli(*verb, name)
    assert code == 2
    assert "this is the id of a session, and the store that has it is not named" in told
    assert (
        f"Write STORE#ID, with what `record` was given: sessions#{OWN} of a folder, URL#{OWN} of another store." in told
    )


def test_a_file_of_such_a_name_is_a_file(cli):
    Path("langfuse").write_text("hello")
    assert "this looks like text" in cli("import", "langfuse")[1]


def test_a_program_is_told_that_it_is_no_recording(cli):
    Path("app.py").write_text("import os\nprint(os.getcwd())\n")
    out = cli("import", "app.py")[1]
    assert "app.py: this looks like text. It tells of no calls: name a trace's export, a log of requests" in out


@pytest.mark.parametrize("name", ["redis://127.0.0.1:1/0#key", "redis://127.0.0.1:1/0", "nostore://x/y"])
def test_an_address_is_told_once_and_as_it_was_written(cli, name):
    code, out, _ = cli("import", name)
    assert code == 1
    assert f"refused   {name}: " in out
    assert out.count("://127") + out.count("://x") == 1
    assert ":/1" not in out
    assert ":/x" not in out
