"""Keys by which a service knows a call of a tool that it had before: one that failed, and is made again."""

import json
from collections import Counter
from hashlib import sha256
from uuid import uuid4
from weakref import WeakKeyDictionary

import orjson

from pytest_oao.model.calls import Call
from pytest_oao.model.kinds import TOOL
from pytest_oao.providers.payloads import quick_loads
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.running import current

_LENGTH = 32
_SUCCEEDED: "WeakKeyDictionary[Gateway, Counter[int]]" = WeakKeyDictionary()
"""By session, how often equal calls of a tool have succeeded; by their hashes, for a session may be long."""


def idempotency_key() -> str:
    """Return the key of the tool's call that runs here: 32 hexadecimal digits, for services that ask for one.

    A call that failed and is made again with equal arguments, by whomever, has the same key; a call after one that
    succeeded has another, except of tools that the policy lists as `idempotent`. Outside a tool, and where no session
    runs, each key is a new one.
    """
    gateway = current()
    within = gateway.lane.within if gateway is not None else None
    if gateway is None or within is None or within.call is None or within.call.kind != TOOL:
        return uuid4().hex
    call = _canonical(within.call)
    permit = gateway.warden.permit_of(within.caller or 0)
    once = permit is not None and permit.identity
    before = 0 if once else _SUCCEEDED.get(gateway, Counter())[hash(call)]
    return sha256(json.dumps([gateway.header.id, call, before]).encode()).hexdigest()[:_LENGTH]


def succeeded(gateway: Gateway, call: Call) -> None:
    """Count a tool's call that has succeeded."""
    if call.kind == TOOL:
        with gateway.lock:
            _SUCCEEDED.setdefault(gateway, Counter())[hash(_canonical(call))] += 1


def _canonical(call: Call) -> str:
    """Return what is equal for equal calls, in whichever order their arguments are named."""
    arguments = quick_loads(call.body.data)
    try:
        return f"{call.target} {orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS).decode()}"
    except orjson.JSONEncodeError:  # a number that is longer than theirs
        return f"{call.target} {json.dumps(arguments, sort_keys=True)}"
