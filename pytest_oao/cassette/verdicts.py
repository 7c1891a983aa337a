"""What a policy said to a call ⇄ plain data, in journals and in cassettes."""

from pytest_oao.cassette.fields import Fields, present
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.verdicts import SAID, Verdict

_PLAIN = Verdict("allowed")


def verdict_forms(verdicts: tuple[Verdict, ...]) -> list[JSON]:
    """Return how verdicts are shown; one that only lets a call through is a word."""
    return [
        one.said if one == _PLAIN else present(said=one.said, rule=one.rule, by=one.by, why=one.why) for one in verdicts
    ]


def verdicts_of(fields: Fields) -> tuple[Verdict, ...]:
    """Take the verdicts of an exchange, none when missing; raises DamagedFile."""
    return tuple(_verdict(item, fields) for item in fields.items("verdicts"))


def _verdict(item: JSON, fields: Fields) -> Verdict:
    if item == _PLAIN.said:
        return _PLAIN
    told_fields = Fields(item, f"{fields.path}.verdicts".lstrip("."), fields.where)
    said = told_fields.text("said")
    known = next((one for one in SAID if one == said), None)
    if known is None:
        fields.refuse("verdicts", said, ", ".join(SAID))
    verdict = Verdict(known, *(told_fields.text(name, "") for name in ("rule", "by", "why")))
    told_fields.done()
    return verdict
