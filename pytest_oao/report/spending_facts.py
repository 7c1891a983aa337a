"""What was spent, in words: what is not known is `unknown`, or `≥` what is known of it, and never zero."""

from collections.abc import Iterator
from decimal import Decimal

from pytest_oao.model.ledgers import Ledger, Line
from pytest_oao.report.layout import counted

UNKNOWN = "unknown"
_CENT = Decimal("0.01")
_FINE = Decimal("0.0001")
"""Below a dollar, what is shown of it; below this, two digits that count."""
_NAMED = 5


def money(dollars: Decimal) -> str:
    """Return US dollars with the digits that matter: `$12.30`, `$0.40`, `$0.0123`, `$0.000012`."""
    size = abs(dollars)
    if size >= 1 or not size:
        return f"${dollars:,.2f}"
    finest = _FINE if size >= _FINE else Decimal(1).scaleb(size.adjusted() - 1)
    rounded = dollars.quantize(finest).normalize()
    return f"${rounded.quantize(min(_CENT, Decimal(1).scaleb(_exponent(rounded)))):f}"


def cost(line: Line) -> str:
    """Return what calls cost, as far as it is known."""
    if not line.unpriced:
        return money(line.cost)
    return f"≥ {money(line.cost)}" if line.cost else UNKNOWN


def whole_cost(line: Line) -> str:
    """Return what calls cost as one can read it alone, with how many of them have a cost that is not known."""
    return cost(line) + (f" ({counted(line.unpriced, 'call')} unpriced)" if line.unpriced else "")


def amount(tokens: int | None, untold: int) -> str:
    """Return a number of tokens, as far as it is told; empty where there is none to tell."""
    if tokens is None:
        return UNKNOWN if untold else ""
    return f"≥ {tokens:,}" if untold else f"{tokens:,}"


def shares(line: Line) -> tuple[str, str]:
    """Return the tokens in and out of calls: `1,203 (200 cached)`, `87 (12 reasoning)`."""
    usage, untold = line.usage, line.untold
    cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
    reasoning = f" ({usage.reasoning_tokens:,} reasoning)" if usage.reasoning_tokens else ""
    return amount(usage.input_tokens, untold) + cached, amount(usage.output_tokens, untold) + reasoning


def gaps(ledger: Ledger) -> Iterator[str]:
    """Yield what is not known of a ledger, with the models it is not known of."""
    unpriced = [line for line in ledger.lines if line.unpriced > line.untold]
    untold = [line for line in ledger.lines if line.untold]
    if unpriced:
        calls = sum(line.unpriced for line in unpriced)
        yield f"no price is known of {_named(unpriced)} ({counted(calls, 'call')} unpriced)"
    if untold:
        calls = sum(line.untold for line in untold)
        yield f"tokens were not told by {_named(untold)} ({counted(calls, 'call')})"


def _named(lines: list[Line]) -> str:
    names = list(dict.fromkeys(line.name or line.kind for line in lines))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
