"""Where an imported exchange comes from ⇄ how a cassette shows it."""

from pytest_oao.cassette.fields import Fields, present
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.provenance import Provenance


def provenance_form(provenance: Provenance) -> JSONObject:
    """Return how it is shown: what is empty is left out, the record's own name is not."""
    lists = present(
        lacked=list(provenance.lacked), inferred=list(provenance.inferred), truncated=list(provenance.truncated)
    )
    return {"id": provenance.source_id, **lists}


def provenance_of(fields: Fields) -> Provenance:
    """Take it apart; raises DamagedFile."""
    provenance = Provenance(
        fields.text("id"), fields.texts("lacked"), fields.texts("inferred"), fields.texts("truncated")
    )
    fields.done()
    return provenance
