"""What a policy said to a call, in words: `approved by alice: …`, `denied: max_steps: …`."""

from collections.abc import Iterator, Sequence

from pytest_oao.model.verdicts import Verdict

_RATIONALE = "require_rationale"


def verdict_texts(verdicts: Sequence[Verdict], verbosity: int = 0) -> Iterator[str]:
    """Yield a text for each verdict; that a call was allowed, and nothing else, is told with more verbosity."""
    for verdict in verdicts:
        if verbosity or verdict.said != "allowed" or verdict.by or verdict.why:
            yield _text(verdict)


def _text(verdict: Verdict) -> str:
    by = f" by {verdict.by}" if verdict.by else ""
    if verdict.rule == _RATIONALE and verdict.said == "allowed" and verdict.why:
        return f"{verdict.said}{by}, for the model said why: “{verdict.why}”"
    # Which rule stopped a call comes first; which one let it through stands at the end.
    first, last = (verdict.rule, "") if verdict.said == "denied" else ("", verdict.rule)
    told = ": ".join(filter(None, (f"{verdict.said}{by}", first, verdict.why)))
    return f"{told} ({last})" if last else told
