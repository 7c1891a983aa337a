"""Calls of an idempotent tool that waited for the first one like them, once that is over."""

from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.halting import Halting, Passing


def resumed(gateway: Gateway, admission: Admission) -> Admission:
    """Return a call that has waited as it goes on: with the first one's answer, waiting again, or to be performed."""
    assert admission.awaits is not None
    with Passing(gateway):
        gateway.require_open(admission.call)
        gateway.awaited.discard(admission.awaits)
        permit = gateway.warden.permit_of(admission.seq)
        first = gateway.warden.repeated(permit) if permit is not None else None
        admission = gateway.going_on(admission, first)
    if first is None and permit is not None:
        with Halting(gateway):
            gateway.require(gateway.warden.prepare(permit), permit.call, admission)
    return admission
