"""What a run has spent: a line for each kind and name of call, and their sum."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from decimal import Context, Decimal

from pytest_oao.model.exchanges import Usage

EXACT = Context(prec=50)
"""In which costs are added: an agent may have set a coarser one for its thread."""


@dataclass(frozen=True, slots=True)
class Line:
    """Calls of one kind and name, and what they came to; one call is a line of its own until it is added to others."""

    kind: str
    name: str
    """Of a model call the model, of a tool's its name, of HTTP the host."""
    calls: int = 1
    steps: int = 0
    """How many of them are steps of the agent: what a tool asks of the world in its turn is none."""
    is_tool: bool = False
    is_model: bool = False
    failed: int = 0
    retries: int = 0
    """How many of them are a call that had failed, made again."""
    usage: Usage = field(default_factory=Usage)
    untold: int = 0
    """How many of them are answers of models whose provider told no tokens."""
    cost: Decimal = Decimal(0)
    """US dollars, of those whose cost is known."""
    unpriced: int = 0
    """How many of them have a cost that is not known."""

    def priced(self, usage: Usage, cost: Decimal | None, *, untold: bool) -> "Line":
        """Return the line of one model call with its tokens and its cost; a cost that is None is not known."""
        paid = Decimal(0) if cost is None else cost
        return replace(self, usage=usage, cost=paid, untold=int(untold), unpriced=int(cost is None))

    def __add__(self, other: "Line") -> "Line":
        sums = {name: getattr(self, name) + getattr(other, name) for name in _SUMMED}
        return replace(self, **sums, cost=EXACT.add(self.cost, other.cost))


_SUMMED = tuple(one.name for one in fields(Line) if one.name not in {"kind", "name", "is_tool", "is_model", "cost"})


@dataclass(frozen=True, slots=True)
class Ledger:
    """The sum of a run's calls, the same in whichever order they are added."""

    lines: tuple[Line, ...] = ()
    """One for each kind and name, in their order."""
    began: float | None = None
    """When the first call was made, in seconds since the epoch; None where no call tells."""
    ended: float | None = None
    """When the last answer was there."""
    prices: str = field(default="", compare=False)
    """Whose prices were taken, and of which day."""

    def __add__(self, other: "Ledger") -> "Ledger":
        lines: dict[tuple[str, str], Line] = {}
        for line in (*self.lines, *other.lines):
            key = (line.kind, line.name)
            lines[key] = lines[key] + line if key in lines else line
        return Ledger(
            tuple(lines[key] for key in sorted(lines)),
            _either(min, self.began, other.began),
            _either(max, self.ended, other.ended),
            self.prices or other.prices,
        )

    def sum(self, wanted: Callable[[Line], bool] = lambda _: True) -> Line:
        """Return the lines that are wanted as one, without a name."""
        total = Line("", "", calls=0)
        for line in filter(wanted, self.lines):
            total += line
        return total

    @property
    def total(self) -> Line:
        """All lines as one."""
        return self.sum()

    @property
    def models(self) -> Line:
        """The model calls."""
        return self.sum(lambda line: line.is_model)

    @property
    def tools(self) -> Line:
        """The tool calls, those of MCP servers among them; an agent that is a tool is none."""
        return self.sum(lambda line: line.is_tool)

    @property
    def seconds(self) -> float:
        """From the first call to the last answer; 0.0 where it is not known."""
        return 0.0 if self.began is None or self.ended is None else self.ended - self.began


def tokens_of(usage: Usage) -> int:
    """Return all tokens of a usage, as far as they are told: input, with what was cached, and output."""
    return (usage.input_tokens or 0) + (usage.output_tokens or 0)


def _either(choose: Callable[[float, float], float], one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else choose(one, other)
