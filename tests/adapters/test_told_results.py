import pytest

from pytest_oao.adapters.told_results import reader_of


def untyped(city):
    return city


def text(city) -> str:
    return city


def text_by_name(city) -> "str":
    return city


def number(city) -> float:
    return city


def items(city) -> list[str]:
    return city


@pytest.mark.parametrize(
    ("function", "told", "result"),
    [
        (untyped, '{"a": [1]}', {"a": [1]}),
        (untyped, "12", "12"),
        (untyped, "{not JSON", "{not JSON"),
        (untyped, {"a": 1}, {"a": 1}),
        (untyped, None, None),
        (text, '{"a": 1}', '{"a": 1}'),
        (text_by_name, "[1]", "[1]"),
        (number, "12.5", 12.5),
        (number, "twelve", "twelve"),
        (items, ' ["a"]', ["a"]),
        (len, "[1]", [1]),
        (print, "x", "x"),
    ],
)
def test_what_an_export_tells_of_a_result_is_read_by_what_the_function_returns(function, told, result):
    assert reader_of(function)(told) == result
