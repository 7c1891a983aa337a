"""What is wrong with an argument before anything begins."""

from collections.abc import Iterable

from pytest_oao.errors import BadOption


def require_lists(**options: Iterable[str]) -> None:
    """Refuse one text where a list of texts is meant: each of its characters would be taken for one."""
    for name, value in options.items():
        if isinstance(value, str):
            raise BadOption(
                f"{name}={value!r} is one text", where="pytest_oao", remedy=f"give a list: {name}=[{value!r}]"
            )
