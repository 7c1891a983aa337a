"""How many values plain data is made of, and how deep they stand."""

from pytest_oao.model.jsontypes import JSON

_CONTAINERS = frozenset({dict, list})


def nodes_of(root: JSON, most: int, deepest: int) -> int | None:
    """Return how many values there are, `root` among them; None for more than `most`, or deeper than `deepest`."""
    nodes = depth = 1
    level: list[JSON] = [root] if root.__class__ in _CONTAINERS else []
    while level:
        found = sum(map(len, level))  # type: ignore[arg-type]  # containers
        nodes, depth = nodes + found, depth + 1
        if nodes > most or (found and depth > deepest):
            return None
        inner = [node.values() if isinstance(node, dict) else node for node in level if isinstance(node, dict | list)]
        level = [child for children in inner for child in children if child.__class__ in _CONTAINERS]
    return nodes
