"""Where an imported recording goes."""

import re
from dataclasses import replace
from pathlib import Path

from pytest_oao.cassette import shelf
from pytest_oao.cassette.conversions import ENDINGS, PACKED
from pytest_oao.cassette.journal_file import SUFFIX
from pytest_oao.cassette.paths import inside
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.cassette.slugs import slug
from pytest_oao.cli.files import Found
from pytest_oao.errors import OaoError
from pytest_oao.model.session_ids import is_own
from pytest_oao.model.sessions import Session

_TEST = re.compile(r"(?:([A-Z]\w*)\.)?(test_.*)\Z", re.DOTALL)
_ENDING = re.compile(rf"(?:{'|'.join(map(re.escape, (*ENDINGS, '.har', SUFFIX, '.jsonl')))})\Z", re.IGNORECASE)


def destination(root: Path, found: Found, number: int, redactor: Redactor) -> Path:
    """Return the cassette's path: `root` where that names one, else below it, the file's name in its folders.

    A file's second session and further ones get their number added. Names that not every system takes become slugs,
    as those of tests do: `test_it[gpt].yaml` goes where the test `test_it[gpt]` looks for it. No name holds a secret.
    """
    if _is_cassette(root):
        return root
    stem = redactor.text(_ENDING.sub("", found.path.name.removesuffix(PACKED)))
    test = _test_names(stem)
    *classes, name = test or [_safe(stem)]
    folders = [(slug if test else _safe)(redactor.text(folder)) for folder in found.folders]
    names = [*folders, *classes, name + (f"-{number}" if number > 1 else "") + ".yaml"]
    return inside(root, "/".join(names))


def session_destination(root: Path, name: str) -> Path:
    """Return the path of a session that is one of many in its dump: it is known by its id."""
    return root if _is_cassette(root) else inside(root, f"{_safe(name)}.yaml")


def imported_before(path: Path, name: str, redactor: Redactor, read: Session | None = None) -> bool:
    """Whether a cassette is there already that is of the session `name`, and holds what an import would put there.

    What we recorded is known by its id, be it `read` or not, since a journal that has ended never changes: what is
    redacted may have. A dump may have grown since, or be read otherwise: then it is the same if it holds the same,
    whatever file it comes from.
    """
    there, kind = _there(path), read.header.origin.kind if read else "recorded"
    if there is None or (there.header.id, there.header.origin.kind) != (name, kind):
        return False
    now = redacted_session(there, redactor) if read is None or kind == "recorded" else _as_kept(read, path)
    origin = replace(now.header.origin, source=there.header.origin.source)
    return replace(now, header=replace(now.header, origin=origin, redaction=there.header.redaction)) == there


def _there(path: Path) -> Session | None:
    try:
        return shelf.load(path) if path.exists() else None
    except OaoError:  # another one's, or changed by hand: whoever would write there is told
        return None


def _as_kept(session: Session, path: Path) -> Session:
    """Return a session as the cassette at `path` gives it back: what it says counts, not how that is written."""
    made = shelf.dumps(session)
    return shelf.loads(made.data, str(path), made.blobs.__getitem__)


def _is_cassette(root: Path) -> bool:
    """Whether what was named is the cassette itself, and no folder for it."""
    return root.suffix in {".yaml", ".yml"} and not root.is_dir()


def _test_names(stem: str) -> list[str]:
    """Return the slugs of `test_it[gpt]`, or of pytest-recording's `ShopTests.test_it[gpt]`; else nothing."""
    test = _TEST.match(stem)
    return [slug(name) for name in test.groups() if name] if test else []


def _safe(name: str) -> str:
    """Return a name that no other has on any system: names that differ by case only are one on macOS and Windows."""
    return name if is_own(name) else slug(name)  # ours has capitals, and no other differs from it by case
