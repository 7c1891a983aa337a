"""What every session of a recorder has in common: checked once, before the first of them."""

from dataclasses import dataclass, replace
from pathlib import Path

from pytest_oao.api.run_labels import Labelling, Labels
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.sessions import Execution, Header
from pytest_oao.policy.policies import Policy, policy_hash
from pytest_oao.ports import Sink
from pytest_oao.runtime.chance import drawn_seed, seed_record
from pytest_oao.runtime.execution import execution_of
from pytest_oao.runtime.policing import Policing
from pytest_oao.runtime.reach import Reach
from pytest_oao.runtime.recording_header import runtime_versions, session_id
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.terms import Terms
from pytest_oao.stores.cleaning import Cleaning, RedactedBefore, Redaction


@dataclass(frozen=True, slots=True)
class Plan:
    """How sessions are recorded."""

    root: Path
    redactor: Redactor
    project: Project
    policing: Policing
    policy: Policy | None
    passthrough: frozenset[str]
    reach: Reach
    labelling: Labelling
    agent_version: str = ""
    deterministic: bool = False

    def header(self, labels: Labels) -> Header:
        """Return the header of a new session, with its secrets."""
        is_told = labels.task is not None or self.agent_version
        execution = execution_of(labels.task, (), self.root, (), self.agent_version) if is_told else Execution()
        execution = replace(execution, policy=policy_hash(self.policy))
        seed = seed_record(drawn_seed()) if self.deterministic else {}
        kept = {**labels.metadata(self.agent_version), **seed}
        return Header(session_id(), execution=execution, runtime=runtime_versions(), metadata=kept)

    def terms(self) -> Terms:
        """Return on what terms a new session runs."""
        return Terms(self.passthrough, self.reach, warden=self.policing.warden(self.policy), keep=False)

    def cleaning(self) -> Cleaning:
        """Return who takes the secrets out of what is written: a policy's reports must have none, either."""
        return RedactedBefore(self.redactor) if self.is_policed else Redaction(self.redactor)

    def scribe(self, sink: Sink | None) -> Scribe:
        """Return what writes a session of production down."""
        return Scribe(self.redactor, self.project, sink)

    @property
    def is_policed(self) -> bool:
        """Whether calls may be refused, recorded or not."""
        return self.policing.may_refuse(self.policy)
