"""Values of the standard library that are one text or number each, by the names they are kept under."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from ipaddress import IPv4Address, IPv6Address
from math import isfinite
from pathlib import Path, PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from pytest_oao.values import references
from pytest_oao.values.references import Reference


class Scalar(NamedTuple):
    """How values of one type are written as text, and read again."""

    name: str
    write: Callable[[Any], str]
    read: Callable[[str], Any]


def _base64(data: bytes | bytearray) -> str:
    return b64encode(data).decode()


def _seconds(text: str) -> timedelta:
    days, seconds, microseconds = map(int, text.split(" "))
    return timedelta(days, seconds, microseconds)


def _datetime(value: datetime) -> str:
    """Write a moment, and the name of its zone where it has one, since an offset does not tell the zone."""
    zone = value.tzinfo
    return f"{value.isoformat()} {zone.key}" if isinstance(zone, ZoneInfo) else value.isoformat()


def _moment(text: str) -> datetime:
    moment, _, zone = text.partition(" ")
    value = datetime.fromisoformat(moment)
    return value.replace(tzinfo=ZoneInfo(zone)) if zone else value


SCALARS: dict[type, Scalar] = {
    bytes: Scalar("bytes", _base64, b64decode),
    bytearray: Scalar("bytearray", _base64, lambda text: bytearray(b64decode(text))),
    float: Scalar("float", repr, float),  # infinity and what is no number: JSON has neither
    complex: Scalar("complex", repr, complex),
    Decimal: Scalar("decimal", str, Decimal),
    Fraction: Scalar("fraction", str, Fraction),
    datetime: Scalar("datetime", _datetime, _moment),
    date: Scalar("date", date.isoformat, date.fromisoformat),
    time: Scalar("time", time.isoformat, time.fromisoformat),
    timedelta: Scalar("timedelta", lambda one: f"{one.days} {one.seconds} {one.microseconds}", _seconds),
    ZoneInfo: Scalar("zone", str, ZoneInfo),
    UUID: Scalar("uuid", str, UUID),
    PosixPath: Scalar("path", str, Path),
    WindowsPath: Scalar("path", str, Path),
    PurePosixPath: Scalar("posix path", str, PurePosixPath),
    PureWindowsPath: Scalar("windows path", str, PureWindowsPath),
    range: Scalar(
        "range", lambda one: f"{one.start} {one.stop} {one.step}", lambda text: range(*map(int, text.split()))
    ),
    IPv4Address: Scalar("ipv4", str, IPv4Address),
    IPv6Address: Scalar("ipv6", str, IPv6Address),
    Reference: Scalar("reference", references.written, references.read),
}
BY_NAME = {scalar.name: scalar for scalar in SCALARS.values()}


def is_plain_float(value: float) -> bool:
    """Whether JSON has a number."""
    return isfinite(value)
