"""What a policy said to a call."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Said: TypeAlias = Literal["allowed", "denied", "approved", "skipped", "checkpointed"]
SAID: tuple[Said, ...] = get_args(Said)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule said; a call under a policy that no rule had a word on has one that says `allowed`."""

    said: Said
    """`skipped`: the first result was given again, for the tool is idempotent."""
    rule: str = ""
    """`max_steps`, `denied_tools`, `require_approval`, …; empty where the whole policy let the call through."""
    by: str = ""
    """Who approved it."""
    why: str = ""
    """Why, in words: the model's rationale, an approver's reason, what the limit was."""
