"""Whether a session holds its run to the end: one that does not is shown, and neither replayed nor imported."""

from pytest_oao.errors import IncompleteFile
from pytest_oao.model.sessions import Header, Session


def require_complete(session: Session, where: str, damage: str = "") -> None:
    """Raise IncompleteFile where the end of a run is missing; `damage` tells why no more of the file could be read."""
    if damage or not session.complete:
        what = f"the session is incomplete: {damage or _why(session)}"
        raise IncompleteFile(what, where=where, remedy=_way_out(session.header))


def _way_out(header: Header) -> str:
    """Return what can be done: only the session of a test can be recorded again."""
    seen = "Look at what there is with `oao show`"
    return f"{seen}, or record it again." if header.test else f"{seen}; only a session that ended can be replayed."


def _why(session: Session) -> str:
    if session.ending is None:
        return "its recording has not ended, or was killed"
    calls = ", ".join(call.target for call in session.in_doubt)
    were = "a call was" if len(session.in_doubt) == 1 else "calls were"
    return f"when it ended, {were} still under way ({calls})"
