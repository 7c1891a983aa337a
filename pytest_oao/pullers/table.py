"""The pullers, by what stands before the colon."""

from collections.abc import Mapping

from pytest_oao.ports import Puller
from pytest_oao.pullers.langfuse import Langfuse
from pytest_oao.pullers.langsmith import LangSmith
from pytest_oao.pullers.openai import OpenAI
from pytest_oao.pullers.phoenix import Phoenix
from pytest_oao.pullers.redis_lists import records_at


class Redis:
    """`redis://HOST:PORT/DB#KEY`."""

    kept = "the items of a list or a sorted set"
    variables: tuple[tuple[str, ...], ...] = ()

    def __init__(self, scheme: str) -> None:
        """Go by `redis` or, encrypted, by `rediss`."""
        self.scheme = scheme
        self.forms: tuple[str, ...] = (f"{scheme}://HOST:PORT/DB#KEY",)

    def pull(self, name: str, environment: Mapping[str, str]) -> bytes:
        """Return the items of the key, a line each; raises BadOption, MissingFile, UnreadableFile, HostileFile."""
        del environment
        return records_at(f"{self.scheme}:{name}")


PULLERS: tuple[Puller, ...] = (Langfuse(), LangSmith(), Phoenix(), OpenAI(), Redis("redis"), Redis("rediss"))


def puller_of(name: str) -> Puller | None:
    """Return the puller of `scheme:id`; None of anything else."""
    scheme, _, rest = name.partition(":")
    return next((one for one in PULLERS if one.scheme == scheme and rest), None)
