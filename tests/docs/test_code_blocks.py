import pytest
from code_blocks import Block, Command, agrees, blocks, commands


def console(text):
    return Block("console", (), text, 1)


def test_a_page_yields_its_blocks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```python\n# agent.py\nx = 1\n```\n\ntext\n\n```console checkout\n$ ls\n```\n")
    first, second = blocks(page)
    assert (first.language, first.file, first.line) == ("python", "agent.py", 3)
    assert (second.language, second.words, second.file) == ("console", ("checkout",), None)


def test_a_console_block_yields_commands_with_what_is_shown():
    assert list(commands(console("$ ls\na\nb\n$ touch \\\n    c\n"))) == [Command("ls", "a\nb"), Command("touch c", "")]


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("1 passed in ...s", "1 passed in 0.12s\n", True),
        ("1 passed in ...s", "2 passed in 0.12s\n", False),
        ("a\n...\nz", "a\nb\nc\nz", True),
        ("a", "a\nb", False),
        ("a+b", "aab", False),
    ],
)
def test_what_is_shown_agrees_with_what_is_printed(shown, printed, expected):
    assert agrees(shown, printed) is expected
