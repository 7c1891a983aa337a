"""How calls of each kind are answered in a replay: from the record, performed live, or performed and verified.

A pattern is a kind, or a kind and a name: `execute_tool`, `execute_tool:search`, `http:*.example.com`, `chat:gpt-5*`.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from pytest_oao.errors import BadOption
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import CLOCK, KINDS, RANDOM, SERVED
from pytest_oao.model.outcomes import Outcome
from pytest_oao.model.sessions import Session
from pytest_oao.model.suggestions import closest
from pytest_oao.ports import Source, Turn, Verified
from pytest_oao.providers.session_description import described_call
from pytest_oao.runtime.replayer import Replayer


class Answer(Enum):
    """Who answers a call in a replay."""

    REPLAY = "replay"
    LIVE = "live"
    VERIFY = "verify"


class Answers:
    """Which calls are answered how; of the patterns that fit a call, the longest decides, then the later."""

    def __init__(self, patterns: Mapping[str, Answer]) -> None:
        self.used: set[str] = set()
        """Patterns that decided how some call was answered."""
        latest_first = list(patterns.items())[::-1]
        self._patterns = sorted(latest_first, key=lambda pattern: -len(pattern[0]))

    @property
    def only_replay(self) -> bool:
        """Whether every call is answered from the record."""
        return all(answer is Answer.REPLAY for _, answer in self._patterns)

    @property
    def reach_out(self) -> bool:
        """Whether some calls are performed that another program answers."""
        return any(map(self.perform, SERVED))

    def perform(self, kind: str) -> bool:
        """Whether some call of a kind is live or verified."""
        told = (answer for pattern, answer in self._patterns if pattern.partition(":")[0] == kind)
        return any(answer is not Answer.REPLAY for answer in told)

    def of(self, call: Call) -> Answer:
        """Return how a call is answered."""
        for pattern, answer in self._patterns:
            kind, _, name = pattern.partition(":")
            if kind == call.kind and (not name or any(fnmatchcase(one, name) for one in _names(call))):
                self.used.add(pattern)
                return answer
        return Answer.REPLAY

    @property
    def unused(self) -> tuple[str, ...]:
        """Patterns that ask for calls to be performed, and met none."""
        told = (pattern for pattern, answer in self._patterns if answer is not Answer.REPLAY)
        return tuple(pattern for pattern in told if pattern not in self.used)

    def recorded(self, session: Session) -> tuple[Exchange, ...]:
        """Return the exchanges of a session that answer calls: not those whose calls are live."""
        if self.only_replay:
            return session.exchanges
        return tuple(one for one in session.exchanges if self.of(one.call) is not Answer.LIVE)


def _names(call: Call) -> Iterable[str]:
    """Yield the names that a call goes by: its target, its host, its model."""
    yield call.target
    host = urlsplit(call.url or call.target.rpartition(" ")[2]).hostname
    if host:
        yield host
    if model := described_call(call).model:
        yield model


def answers_of(told: Mapping[str, str], where: str) -> Answers:
    """Return the answers that a user asks for, pattern by pattern; raises BadOption."""
    return Answers({pattern: _answer(pattern, name, where) for pattern, name in told.items()})


def _answer(pattern: str, name: str, where: str) -> Answer:
    kind = pattern.partition(":")[0] if isinstance(pattern, str) else ""
    if not kind:
        raise BadOption(f"{pattern!r} names no kind of call", where=where, remedy="write it as execute_tool:search")
    _require_kind(kind, name, where)
    try:
        return Answer(name)
    except ValueError as error:
        remedy = f"give one of {', '.join(one.value for one in Answer)}"
        raise BadOption(f"{pattern} cannot be answered {name!r}", where=where, remedy=remedy) from error


def _require_kind(kind: str, name: str, where: str) -> None:
    """Refuse a kind that is most likely misspelt, and one that cannot be answered so."""
    alike = "" if kind in KINDS else closest(kind, KINDS)
    if alike:
        raise BadOption(f"{kind!r} is no kind of call", where=where, remedy=f"did you mean {alike}?")
    if kind in {CLOCK, RANDOM} and name == Answer.VERIFY.value:
        remedy = "give replay or live: what a clock tells is another thing in each run"
        raise BadOption(f"{kind} cannot be verified", where=where, remedy=remedy)


class PerKind:
    """The source of a replay in which some calls are performed."""

    def __init__(self, replayer: Replayer, answers: Answers) -> None:
        self._replayer, self._answers = replayer, answers

    def answer(self, call: Call) -> Exchange | Verified | None:
        """Return the recorded exchange, a Verified, or None for a call that is live; raises Diverged."""
        answer = self._answers.of(call)
        if answer is Answer.LIVE:
            return None
        return self._replayer.answer(call) if answer is Answer.REPLAY else Verified(self._replayer.take(call))

    def verify(self, verified: Verified, call: Call, outcome: Outcome) -> None:
        """Raise Diverged where a call that was performed came to something else than recorded."""
        self._replayer.verify(verified, call, outcome)

    def performs(self, kind: str) -> bool:
        """Whether some call of a kind is live or verified."""
        return self._answers.perform(kind)

    def expects(self, call: Call) -> bool:
        """Whether a call is what the record has next on its lane."""
        return self._replayer.expects(call)

    def delay(self, seconds: float) -> float:
        """Return no delay; the whole one where calls of some service are made, which may need it."""
        return seconds if self._answers.reach_out else self._replayer.delay(seconds)

    def turn(self, call: Call) -> Turn:
        """Return the recorded exchange of this call where it is due."""
        return self._replayer.turn(call)

    def stalled(self, exchange: Exchange, cause: str) -> None:
        """Raise Diverged for the first earlier exchange that was not made."""
        self._replayer.stalled(exchange, cause)

    def overrun(self, exchange: Exchange, cause: str) -> None:
        """Raise Diverged, unless the run had diverged before."""
        self._replayer.overrun(exchange, cause)

    def finish(self, due: int | None = None) -> None:
        """Raise Diverged when recorded calls, those up to number `due`, were never made."""
        self._replayer.finish(due)


def answered(replayer: Replayer, answers: Answers) -> Source:
    """Return the source of a replay: the replayer itself where it answers every call."""
    return replayer if answers.only_replay else PerKind(replayer, answers)
