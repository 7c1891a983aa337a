import json
import sys
import types
from collections import Counter, OrderedDict, defaultdict, deque
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from ipaddress import IPv4Address
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import value_classes as classes
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pytest_oao.values.decoding import decode
from pytest_oao.values.encoding import encode
from pytest_oao.values.references import Reference
from pytest_oao.values.unkept import Unkept, Unreadable


def kept(value):
    """Return a value as it comes out of a record, in which it is JSON."""
    data = json.loads(json.dumps(encode(value)))
    classes.BUILT.append(True)
    try:
        return decode(data)
    finally:
        classes.BUILT.clear()


def private(customer):
    customer._seen = 3
    return customer


VALUES = [
    *(None, True, 0, -1, 2**80, 1.5, "", "é", "\ud800", [], {}, [1, ["x"]], {"a": {"b": None}}),
    *((), (1, (2,)), {1, 2}, frozenset("ab"), {1: "a", None: "b", (1, 2): "c"}, {"$oao": "no tag"}),
    *(b"\xff\0", bytearray(b"x"), complex(1, 2), Decimal("1.20"), Fraction(1, 3), range(1, 9, 2), float("inf")),
    *(
        datetime(2026, 11, 3, 1, 2, 3, 4, UTC),
        datetime(2026, 1, 1),  # noqa: DTZ001 - without a zone
        date(2026, 1, 2),
        time(1, 2),
        timedelta(-1, 5, 7),
    ),
    datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Zurich")),
    *(UUID(int=7), Path("a/b"), PurePosixPath("/x"), IPv4Address("127.0.0.1"), SimpleNamespace(a=1, b=[2])),
    *(OrderedDict(b=1, a=2), defaultdict(list, {"a": [1]}), deque([1, 2], 5), Counter("abca")),
    *(classes.Order("1", [classes.Order("2")]), classes.Money(5), classes.Colour.RED, classes.Right.READ),
    *(
        classes.Right.READ | classes.Right.WRITE,
        private(classes.Customer(name="A", orders=[classes.Customer(name="B")])),
    ),
    *(classes.Open(a=2, more=[1]), classes.Point(1, 2), classes.Pair(1, (2,)), classes.Old(1, b"2"), classes.Text("x")),
    *(classes.Noted(a=1), classes.Order, int),
    *(classes.Slotted("a", (1,)), Reference(("state", "a/b~c", "0", ""))),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_as_it_was(value):
    found = kept(value)
    assert found == value
    assert type(found) is type(value)


def test_what_is_inside_comes_back_too():
    assert kept(defaultdict(list)).default_factory is list
    assert list(kept(OrderedDict(b=1, a=2))) == ["b", "a"]
    assert kept(deque([1], 5)).maxlen == 5
    assert kept(private(classes.Customer(name="A")))._seen == 3
    assert kept(classes.Customer(name="A")).model_fields_set == {"name"}
    assert kept(datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Zurich"))).utcoffset() == timedelta(hours=2)
    text = classes.Text("x")
    text.note = (1,)
    assert kept(text).note == (1,)


def test_slots_tell_a_value_only_where_it_is_compared_by_them():
    handle = classes.Handle()
    handle.fd = 3
    with pytest.raises(Unkept, match="Handle"):
        encode(handle)


@pytest.mark.parametrize("checked", [None, "own", "wrong", "asserted"])
def test_a_validation_error_of_pydantic_s_comes_back(checked):
    with pytest.raises(ValidationError) as caught:
        classes.Strict(count="many {x}", names=["a", 1, {"b": 2}], checked=checked)
    found = kept(caught.value)
    assert type(found) is ValidationError
    assert str(found) == str(caught.value)
    assert repr(found.errors()) == repr(caught.value.errors())


def test_of_a_validation_error_only_an_input_is_lost_that_cannot_be_kept():
    with pytest.raises(ValidationError) as caught:
        classes.Strict(count=object(), names=[1])
    assert encode(caught.value)["lost"] == ["args[2]"]
    told = [(one["loc"], one["msg"]) for one in kept(caught.value).errors()]
    assert told == [(one["loc"], one["msg"]) for one in caught.value.errors()]


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary() | st.dates()
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.tuples(inner, inner)
        | st.builds(classes.Money, st.integers(), st.text())
        | st.builds(classes.Pair, inner, inner)
    ),
    max_leaves=15,
)


@given(values)
def test_any_value_comes_back(value):
    assert kept(value) == value


@settings(deadline=None)  # the first array imports numpy
@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["$oao", "class", "state", "items", "args", "text", "pairs", "name", "value", "set", "fields", "x"]
                ),
                inner
                | st.sampled_from(
                    [
                        "tuple",
                        "dataclass",
                        "model",
                        "exception",
                        "enum",
                        "dict",
                        "array",
                        "image",
                        "value_classes:Order",
                        "builtins:int",
                        "os:system",
                    ]
                ),
            )
        ),
    )
)
def test_whatever_stands_in_a_record_is_a_value_or_unreadable(data):
    with suppress(Unreadable):
        decode(data)


def test_equal_sets_are_kept_alike():
    names = [f"name {number}" for number in range(50)]
    assert encode(set(names)) == encode(dict.fromkeys(sorted(names)).keys() | set())


EXCEPTIONS = [
    ValueError("x", 2),
    KeyError("k"),
    FileNotFoundError(2, "No such file", "a.txt"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
    classes.Refused(402, hint="pay"),
    classes.Stop("now"),
    classes.Keyed("door"),
    ExceptionGroup("both", [ValueError("a"), KeyError("b")]),
    StopIteration(3),
]


@pytest.mark.parametrize("error", EXCEPTIONS, ids=repr)
def test_an_exception_comes_back_as_it_was(error):
    found = kept(error)
    assert type(found) is type(error)
    assert str(found) == str(error)
    assert repr(found) == repr(error)
    assert vars(found) == vars(error)


def test_an_os_error_knows_its_file_again():
    assert kept(FileNotFoundError(2, "No such file", "a.txt")).filename == "a.txt"


def test_what_of_an_exception_cannot_be_kept_is_named():
    error = classes.Refused(402, hint=object())
    assert encode(error)["lost"] == ["hint"]
    assert kept(error).code == 402


def test_an_exception_whose_class_is_not_there_has_a_stand_in(monkeypatch):
    module = types.ModuleType("a_shop")
    exec("class Sold(ValueError):\n    pass\nclass Halt(BaseException):\n    pass", vars(module))
    monkeypatch.setitem(sys.modules, "a_shop", module)
    data = encode(module.Sold("out", 3)), encode(module.Halt("h"))
    monkeypatch.delitem(sys.modules, "a_shop")
    sold, halt = map(decode, data)
    assert (type(sold).__name__, sold.args, str(sold)) == ("Sold", ("out", 3), "('out', 3)")
    assert isinstance(sold, Exception)
    assert not isinstance(halt, Exception)
    assert encode(sold)["message"] == "('out', 3)"


def test_an_exception_made_in_a_function_has_a_stand_in():
    class Local(Exception):
        pass

    found = kept(Local("x"))
    assert type(found).__name__ == "Local"
    assert str(found) == "x"


def test_a_class_that_is_not_imported_is_asked_for(monkeypatch):
    data = encode(classes.Money(1))
    data["class"] = "a_module_of_nobody:Money"
    with pytest.raises(Unreadable, match="import a_module_of_nobody"):
        decode(data)
    assert "a_module_of_nobody" not in sys.modules


def test_no_class_of_another_kind_is_made():
    with pytest.raises(Unreadable, match="is no dataclass"):
        decode({"$oao": "dataclass", "class": "subprocess:Popen", "state": {"args": ["true"]}})
    found = decode({"$oao": "exception", "class": "os:system", "args": ["true"], "message": "m"})
    assert (type(found).__name__, str(found)) == ("system", "m")


def local():
    class Local(classes.Money):
        pass

    return Local(1)


CIRCLE = []
CIRCLE.append(CIRCLE)
REFUSED = [object(), open, lambda: 1, (one for one in ()), sys, {"a": [1, object()]}, local(), CIRCLE, {object(): 1}]


@pytest.mark.parametrize("value", REFUSED, ids=lambda value: type(value).__name__)
def test_what_has_no_faithful_form_is_refused(value):
    with pytest.raises(Unkept):
        encode(value)


def test_a_refusal_names_the_type_and_the_place():
    with pytest.raises(Unkept, match=r"a value of type object at \$\.a\[1\]\.b, which cannot be kept"):
        encode({"a": [1, {"b": object()}]})


def test_arrays_and_images():
    numpy = pytest.importorskip("numpy")
    array = numpy.arange(6.0).reshape(2, 3)
    assert (kept(array) == array).all()
    number = kept(numpy.int32(7))
    assert (number, type(number)) == (7, numpy.int32)
    with pytest.raises(Unkept):
        encode(numpy.array([object()]))


def test_images():
    image = pytest.importorskip("PIL.Image").new("RGBA", (3, 2), (1, 2, 3, 4))
    found = kept(image)
    assert (found.mode, found.size, found.tobytes()) == (image.mode, image.size, image.tobytes())


@pytest.mark.parametrize(
    "form",
    [
        {"class": "value_classes:Money", "state": {"cents": 1, "currency": "EUR", "__class__": 1}},
        {"class": "value_classes:Money", "state": {"cents": 1, "other": 2}},
        {"class": "tempfile:_TemporaryFileCloser", "state": {"name": "a-file"}},
    ],
)
def test_nothing_but_the_fields_of_a_class_is_filled_in(form):
    with pytest.raises(Unreadable):
        decode({"$oao": "dataclass", **form})


def test_a_property_of_a_field_s_name_does_not_run():
    value = classes.Priced(3)
    assert kept(value).price == value.price
    assert classes.SET == [3]


def test_a_class_that_does_something_when_it_is_gone_is_refused():
    with pytest.raises(Unkept):
        encode(classes.Closing("x"))
    with pytest.raises(Unreadable):
        decode({"$oao": "dataclass", "class": "value_classes:Closing", "state": {"name": "x"}})


def test_text_in_bytes_and_named_values_stand_where_secrets_are_found():
    assert encode(b"key") == {"$oao": "bytes", "utf8": "key"}
    assert encode(OrderedDict(password=1))["entries"] == {"password": 1}
    mixed = {"password": 1, 2: 3, "b": 4}
    assert encode(mixed)["entries"] == {"password": 1, "b": 4}
    assert list(kept(mixed).items()) == list(mixed.items())


def test_what_a_class_overrides_does_not_change_what_is_kept():
    value = classes.Masked("secret")
    assert str(value) == "***"
    assert str.__str__(kept(value)) == "secret"


def test_a_root_model():
    assert kept(classes.Names(["a"])) == classes.Names(["a"])


@pytest.mark.parametrize("value", [10**5000, -(10**5000)], ids=["above", "below"])
def test_a_number_that_python_does_not_read_is_refused(value):
    with pytest.raises(Unkept):
        encode(value)


def test_arrays_that_are_more_than_their_values_are_refused():
    numpy = pytest.importorskip("numpy")
    for value in (numpy.ma.masked_array([1, 2], [True, False]), numpy.zeros(2, dtype=[("a", "i4")])):
        with pytest.raises(Unkept):
            encode(value)
