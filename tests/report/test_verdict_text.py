import pytest

from pytest_oao.model.verdicts import Verdict
from pytest_oao.report.verdict_text import verdict_texts


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        (
            Verdict("approved", "require_approval", "alice", "a test account"),
            "approved by alice: a test account (require_approval)",
        ),
        (Verdict("approved", "require_approval"), "approved (require_approval)"),
        (
            Verdict("skipped", "idempotent", why="the result of #4 again"),
            "skipped: the result of #4 again (idempotent)",
        ),
        (Verdict("denied", "max_steps", why="11 steps, at most 10"), "denied: max_steps: 11 steps, at most 10"),
        (Verdict("checkpointed", "checkpoint_before"), "checkpointed (checkpoint_before)"),
        (Verdict("retried", "retry", why="after HTTP 503"), "retried: after HTTP 503 (retry)"),
        (
            Verdict("allowed", "require_rationale", why="The order is unpaid."),
            "allowed, for the model said why: “The order is unpaid.”",
        ),
    ],
)
def test_a_verdict_in_words(verdict, told):
    assert list(verdict_texts([verdict])) == [told]


def test_that_a_call_was_allowed_is_told_when_asked_for():
    verdicts = (Verdict("allowed"), Verdict("allowed", "allowed_tools"))
    assert list(verdict_texts(verdicts)) == []
    assert list(verdict_texts(verdicts, 1)) == ["allowed", "allowed (allowed_tools)"]
