"""What a document says, read as a policy: each key that it may have, and no other."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pytest_oao.errors import BadPolicy
from pytest_oao.model.suggestions import meant
from pytest_oao.policy.checks import CHECKS, OF_AGENTS, checked, refuse_agents_key
from pytest_oao.policy.faults import Fault, Place
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.policy_documents import Document
from pytest_oao.policy.retries import RETRY_CHECKS, Retry

KEYS = (*(one.name for one in fields(Policy)), "extends")
"""What a policy's file may say."""


def policy_of(document: Document) -> Policy:
    """Return what a document says by itself, whatever it extends; raises BadPolicy with file and line."""
    told = {key: value for key, value in document.values.items() if key != "extends"}
    _require_known(document, document.values, KEYS, ())
    try:
        _require_said(document.values)
        given = {key: _field(document, key, value) for key, value in told.items()}
        return Policy(**{"name": document.name, **given})
    except Fault as fault:
        raise fault.located(document.where(fault.place)) from None


def _field(document: Document, key: str, value: Any) -> Any:  # noqa: ANN401 - each field has its type
    if key in CHECKS:
        return checked(key, value)
    if not isinstance(value, Mapping):
        raise Fault(f"{value!r} is no mapping", remedy="write a key and a value for each", place=(key,))
    return _retry(document, value) if key == "retry" else {name: _agent(document, name, value[name]) for name in value}


def _retry(document: Document, told: Mapping[str, Any]) -> Retry:
    _require_known(document, told, tuple(RETRY_CHECKS), ("retry",))
    try:
        _require_said(told)
        return Retry(**told)
    except Fault as fault:
        raise fault.below("retry") from None


def _agent(document: Document, name: str, told: object) -> Policy:
    if not isinstance(told, Mapping):
        raise Fault(f"{told!r} is no mapping", remedy="write its permissions and gates", place=("agents", name))
    try:
        for key in told:
            if key in KEYS and (key not in OF_AGENTS or key == "name"):
                raise refuse_agents_key(key)
        _require_known(document, told, OF_AGENTS[1:], ("agents", name))
        _require_said(told)
        return Policy(**{key: checked(key, value) for key, value in told.items()})
    except Fault as fault:
        raise fault.below("agents", name) from None


def _require_known(document: Document, told: Mapping[str, Any], known: tuple[str, ...], above: Place) -> None:
    for key in told:
        if key not in known:
            remedy = "" if meant(key, known) else f"the keys are {', '.join(known)}"
            raise BadPolicy(f"unknown key {key}{meant(key, known)}", where=document.where((*above, key)), remedy=remedy)


def _require_said(told: Mapping[str, Any]) -> None:
    for key, value in told.items():
        if value is None:
            raise Fault("nothing stands here", remedy="leave the key out where there is no limit", place=(key,))
