"""What is wrong with an argument before anything begins."""

from collections.abc import Iterable

from pytest_oao.errors import BadOption


def require_text(**options: object) -> None:
    """Refuse what is neither a text nor None."""
    for name, value in options.items():
        if not isinstance(value, str | None):
            raise BadOption(
                f"{name}={value!r} is no text", where="pytest_oao", remedy=f"give a text: {name}={str(value)!r}"
            )


def require_lists(**options: Iterable[str]) -> None:
    """Refuse one text where a list of texts is meant: each of its characters would be taken for one."""
    for name, value in options.items():
        if isinstance(value, str):
            raise BadOption(
                f"{name}={value!r} is one text", where="pytest_oao", remedy=f"give a list: {name}=[{value!r}]"
            )
