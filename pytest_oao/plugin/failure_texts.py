"""A text in place of a failed test's traceback, or below it: the one place that needs private classes of pytest's.

`report.longrepr` may be a plain text, but then the short summary and JUnit have no message; an object of our own that
has one becomes a plain text on its way from a worker of xdist. Only pytest's own classes arrive as they were sent.
"""

from _pytest._code.code import ExceptionChainRepr, ExceptionRepr, ReprEntryNative, ReprFileLocation, ReprTraceback


def failure_text(text: str, path: str, line: int, message: str) -> ExceptionChainRepr:
    """Return what a report shows as `text`, and in one line as `message`, at a line (from 1) of a file."""
    entry = ReprEntryNative([f"{one}\n" for one in text.splitlines()])
    traceback = ReprTraceback([entry], extraline=None, style="native")
    return ExceptionChainRepr([(traceback, ReprFileLocation(path, line, message), None)])


def with_section(shown: object, title: str, text: str) -> ExceptionRepr | str:
    """Return what a report shows with a section more at its end, which JUnit has, too; a plain text grows."""
    if not isinstance(shown, ExceptionRepr):
        return f"{shown}\n{title}\n{text}"
    shown.addsection(title, text)
    return shown
