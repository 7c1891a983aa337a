"""Each page of the docs is followed to the letter in an empty folder: files are written, code and commands are run.

A Python, TOML or YAML block whose first line names a file (`# my_agent.py`) is that file, as is a text whose info string
names one (`text dumps/prod.jsonl`); another Python block is run, another TOML, YAML or JSON block must parse. A console block's commands are run; what is shown after one must be what it
prints, with `...` for what varies, and a command after which nothing is shown must succeed. In a `console checkout` block
they are run in a clone of the repository.
"""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from code_blocks import Block, agrees, blocks, commands
from prepared_python import LOADED
from shop_model import served

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "pytest_oao" / "errors.md",
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if not {"_build", "changelog.d"} & {*page.parts}),
]
ALREADY_DONE = ("pip install ", "python -m pip install ", "python -m tox", "git clone ", "uv add ")
"""What whoever runs this test has done: it needs the network, or is what runs this."""
NOT_INSTALLED = ("asyncio", "randomly", "rerunfailures", "hypothesispytest", "anyio", "time_machine")
"""Plugins that a reader need not have; importing them takes longer than a test of the docs."""
LEFT_OUT = ("CI", "GITHUB_ACTIONS", "PYTHONPATH")
PARSERS = {"toml": tomllib.loads, "json": json.loads, "yaml": yaml.safe_load}
SHOWN_ONLY = {"text", "ini", "diff"}


class Reader:
    """Somebody who follows a page, in a folder of their own."""

    def __init__(self, folder: Path, url: str, scripts: Path) -> None:
        self.folder = folder
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in LEFT_OUT and not name.startswith(("PYTEST", "COV"))
        }
        self.environ = kept | {
            "PATH": os.pathsep.join([str(scripts), str(Path(sys.executable).parent), kept["PATH"]]),
            "OPENAI_BASE_URL": f"{url}/v1",
            "OPENAI_API_KEY": "sk-of-the-docs",
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "sk-ant-of-the-docs",
            "PYTEST_ADDOPTS": " ".join(f"-p no:{name}" for name in NOT_INSTALLED),
            "NO_COLOR": "1",
        }

    def follow(self, block: Block) -> None:
        if block.file and block.language in {"python", "toml", "yaml"}:
            self.write(block.file, block.text)
        elif block.language == "text" and block.words:
            self.write(block.words[0], block.text)
        elif block.language == "python":
            self.run([sys.executable, "-c", block.text])
        elif block.language == "console":
            self.type_in(block)
        elif block.language.startswith("{"):
            return  # a directive, for Sphinx
        elif block.language in PARSERS:
            PARSERS[block.language](block.text)
        else:
            assert block.language in SHOWN_ONLY, f"nobody checks a block of {block.language!r}"

    def write(self, name: str, text: str) -> None:
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def type_in(self, block: Block) -> None:
        folder = ROOT if "checkout" in block.words else self.folder
        found = list(commands(block))
        assert found, "a console block without a command"
        for each in found:
            rest = " && ".join(part for part in each.command.split(" && ") if not part.startswith(ALREADY_DONE))
            if rest:
                done = self.run(["bash", "-c", rest], folder, check=not each.shown)
                assert not each.shown or agrees(each.shown, done.stdout), (
                    f"$ {rest}\n{done.stdout}\n-- the page shows:\n{each.shown}"
                )

    def run(
        self, command: list[str], folder: Path | None = None, *, check: bool = True
    ) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            command,
            cwd=folder or self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0 or not check, f"{command[-1]}\n{done.stdout}"
        return done


@pytest.fixture(scope="module")
def url():
    with served() as address:
        yield address


@pytest.mark.parametrize(
    "page", [page for page in PAGES if list(blocks(page))], ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_a_page_can_be_followed_to_the_letter(page, tmp_path, url, prepared):
    reader = Reader(tmp_path, url, prepared(*LOADED, "openai").scripts())
    for block in blocks(page):
        try:
            reader.follow(block)
        except AssertionError as error:
            raise AssertionError(f"{page.relative_to(ROOT)}:{block.line}\n{error}") from None


def test_every_page_but_explanations_shows_code():
    bare = [
        page
        for page in PAGES
        if "explanation" not in page.parts and page.stem not in {"index", "changelog"} and not list(blocks(page))
    ]
    assert not bare
