"""A value that cannot be kept, or not be read back."""

TAG = "$oao"
"""The key of an object that stands for a value which JSON does not have; it says which kind of value."""


class Unkept(Exception):
    """A value has no faithful form: `type` names its class, `place` where in the whole value it stands."""

    def __init__(self, type_name: str, place: str, why: str = "") -> None:
        super().__init__(type_name, place, why)
        self.type, self.place, self.why = type_name, place, why

    def __str__(self) -> str:
        place = f" at {self.place}" if self.place != "$" else ""
        return f"a value of type {self.type}{place}, which cannot be kept{f': {self.why}' if self.why else ''}"


class Unreadable(Exception):
    """A kept value cannot be made again: its class is not there, or it was edited."""
