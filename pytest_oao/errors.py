"""What goes wrong: facts in, a slug out, by which `oao explain` and the docs tell more.

`OaoError` is for whoever calls us. `OaoHalt` is for what happens inside an agent: it derives from BaseException, so
that no `except Exception` of an agent or retry loop of an SDK swallows it.
"""

from typing import ClassVar

from pytest_oao.model.divergences import Divergence
from pytest_oao.model.violations import Violation


class _Told(BaseException):
    """The facts of an error: what happened, where, and the way out."""

    slug: ClassVar[str] = "error"
    what: str
    where: str
    remedy: str

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where, remedy)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __reduce__(self) -> "tuple[object, ...]":
        return (_rebuild, (type(self), self.what, self.where, self.remedy))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f"\n  {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}{remedy}\n  (more: oao explain {self.slug})"


def _rebuild(cls: type[_Told], what: str, where: str, remedy: str) -> _Told:
    return cls(what, where=where, remedy=remedy)


class OaoError(_Told, Exception):
    """Something is wrong with a file, a setting or a use of pytest-oao."""


class OaoHalt(_Told):
    """The run must stop: an agent's `except Exception` does not see this."""

    slug = "halt"


class MissingFile(OaoError):
    """A file that is needed is not there."""

    slug = "missing-file"


class UnreadableFile(OaoError):
    """A file exists and cannot be read: not ours, damaged, or not text."""

    slug = "unreadable-file"


class DamagedFile(UnreadableFile):
    """A file was ours and is damaged or edited: its digest or its chain does not hold."""

    slug = "damaged-file"


class IncompleteFile(UnreadableFile):
    """A file was ours and ends too early: cut, or its writer was killed."""

    slug = "incomplete-file"


class NewerFormat(UnreadableFile):
    """A file is of a format version that a later release writes."""

    slug = "newer-format"


class HostileFile(UnreadableFile):
    """A file asks for more than its limits allow: size, depth, nodes, aliases, or code to run."""

    slug = "hostile-file"


class UnknownFormat(OaoError):
    """No importer knows a file's format, or one knows it and must refuse it."""

    slug = "unknown-format"


class NoCall(OaoError):
    """A session or a run that a file tells of made no call: there is nothing to replay."""

    slug = "no-call"


class PartOfAnother(OaoError):
    """A file is one of several that make a session: it is read with the file that the session is named by."""

    slug = "part-of-another"


class MissingContent(OaoError):
    """A dump tells that calls were made and not what was said: the capture of content was off where it was written."""

    slug = "missing-content"


class BadPath(OaoError):
    """A name would leave the folder it belongs in, or is a symlink."""

    slug = "bad-path"


class BusyFile(OaoError):
    """Another process is recording into the same file."""

    slug = "busy-file"


class StoreFailed(OaoError):
    """A file could not be written; what was there before is intact."""

    slug = "store-failed"


class PullFailed(OaoError):
    """A platform did not give what was asked of it."""

    slug = "pull-failed"


class BadOption(OaoError):
    """An option, ini value or marker argument does not fit."""

    slug = "bad-option"


class SeamMissing(OaoError):
    """An SDK is in use whose calls cannot be seen."""

    slug = "seam-missing"


class NothingRecorded(OaoError):
    """A managed test made no host call."""

    slug = "nothing-recorded"


class ChangedCode(OaoError):
    """`oao_hash = strict`, and what ran is not what was recorded."""

    slug = "changed-code"


class BadPolicy(OaoError):
    """A policy that cannot be: an unknown key, a number that is none, rules that exclude each other."""

    slug = "bad-policy"


class UnknownSpend(OaoError):
    """A number of a ledger is asked for that is not known: a model without a price, an answer without usage."""

    slug = "unknown-spend"


class BudgetExceeded(OaoError):
    """`oao_budget = no-worse`, and a live run spent more than the one that is recorded."""

    slug = "budget-exceeded"


class NotRecorded(OaoHalt):
    """There is no cassette to answer from."""

    slug = "not-recorded"


class EscapedCall(OaoHalt):
    """A connection was made, or tried, outside every recorded call."""

    slug = "escaped-call"


class UnkeptValue(OaoHalt):
    """A tool's argument or result has no faithful form in a record, or cannot be made again of what was kept."""

    slug = "unkept-value"


class Untranslatable(OaoHalt):
    """An imported answer cannot be given in the words of the API that the agent calls."""

    slug = "untranslatable"


class NobodyAnswers(OaoHalt):
    """A person is asked while recording, and nobody is there to answer."""

    slug = "nobody-answers"


class LostRecord(OaoHalt):
    """The journal cannot be written any more: a recording that goes on would have a hole."""

    slug = "lost-record"


class Diverged(OaoHalt):
    """The run differs from its cassette; `divergence` says where and how."""

    slug = "diverged"
    divergence: Divergence

    def __init__(self, divergence: Divergence) -> None:
        number, total = divergence.number, divergence.total
        super().__init__(
            f"{divergence.name}: call {number} of {total}, lane {divergence.lane}", where=divergence.cassette
        )
        self.divergence = divergence

    def __reduce__(self) -> "tuple[object, ...]":
        return (Diverged, (self.divergence,))


class PolicyViolation(OaoHalt):
    """The run broke a rule of its policy; `violation` says which, where, and what was spent until then."""

    slug = "policy-violation"
    violation: Violation

    def __init__(self, violation: Violation) -> None:
        breach = violation.breach
        policy = f"policy {violation.policy!r}" if violation.policy else "policy"
        call = f" at call {violation.number}" if violation.number else ""
        what = f"{policy}: {breach.rule}{call}: {breach.found}; {breach.limit}"
        super().__init__(what, where=violation.where, remedy=breach.remedy)
        self.violation = violation

    def __reduce__(self) -> "tuple[object, ...]":
        return (PolicyViolation, (self.violation,))
