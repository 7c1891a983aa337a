"""The fenced blocks of a Markdown page, and the commands inside its console blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

_FILE = re.compile(r"# ([\w./-]+\.\w+)\n")


@dataclass(frozen=True)
class Block:
    """A fenced block; `language` is the first word of its info string, `words` are the others."""

    language: str
    words: tuple[str, ...]
    text: str
    line: int

    @property
    def file(self) -> str | None:
        """The name in a first line such as `# my_agent.py`: then the block is that file's content."""
        found = _FILE.match(self.text)
        return found[1] if found else None


@dataclass(frozen=True)
class Command:
    """A command after a `$`, and the lines that are shown after it."""

    command: str
    shown: str


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page, in order."""
    for token in MarkdownIt().parse(page.read_text()):
        if token.type == "fence":
            language, *words = token.info.split() or [""]
            yield Block(language, tuple(words), token.content, (token.map or [0])[0] + 1)


def commands(block: Block) -> Iterator[Command]:
    """Yield the commands of a console block; a command goes on after a backslash at the end of a line."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, shown = re.sub(r"\\\n\s*", "", part).partition("\n")
        yield Command(command.strip(), shown.rstrip())


def agrees(shown: str, printed: str) -> bool:
    """Whether what a page shows is what was printed; `...` stands for anything."""
    pattern = r".*?".join(re.escape(piece) for piece in re.split(r"\.\.\.", _plain(shown)))
    return re.fullmatch(pattern, _plain(printed), re.DOTALL) is not None


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
