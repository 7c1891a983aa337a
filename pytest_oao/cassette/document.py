"""A whole session ⇄ the tree of plain data that a cassette's YAML holds."""

from pytest_oao.cassette.exchanges import call_form, call_of, exchange_form, exchange_of
from pytest_oao.cassette.fields import Fields, present
from pytest_oao.cassette.headings import closing, ending_of, header_of, heading
from pytest_oao.cassette.payloads import Blobs, Room
from pytest_oao.cassette.requests import Listener, Teller
from pytest_oao.cassette.soundness import require_sound
from pytest_oao.model.calls import Call
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.sessions import Session


def tree(session: Session, room: Room) -> JSONObject:
    """Return the tree of a session; what does not belong into it goes to `room.blobs`."""
    teller = Teller(room)
    exchanges: list[JSON] = [exchange_form(exchange, teller, room) for exchange in session.exchanges]
    in_doubt: list[JSON] = [call_form(call, teller.tell(call)) for call in session.in_doubt]
    return {
        **heading(session.header, room),
        "exchanges": exchanges,
        **present(in_doubt=in_doubt),
        **closing(session.ending),
    }


def session(root: JSON, where: str, blobs: Blobs, *, strict: bool = True) -> Session:
    """Return the session of a tree, its bodies still to be made; raises DamagedFile and NewerFormat.

    Unless `strict`, request bodies need not be those of the sha256 that stands beside them.
    """
    made = unchecked(root, where, blobs, strict=strict)
    require_sound(made, where)
    return made


def unchecked(root: JSON, where: str, blobs: Blobs, *, strict: bool = True) -> Session:
    """Return the session of a tree whose values were found sound before, as `session` does."""
    fields = Fields(root, "", where)
    listener = Listener(blobs, strict=strict)
    made = Session(
        header=header_of(fields, blobs),
        exchanges=tuple(
            exchange_of(Fields(item, f"exchanges[{index}]", where), listener, blobs)
            for index, item in enumerate(fields.items("exchanges"))
        ),
        in_doubt=tuple(
            _in_doubt(Fields(item, f"in_doubt[{index}]", where), listener)
            for index, item in enumerate(fields.items("in_doubt"))
        ),
        ending=ending_of(fields),
    )
    fields.take("digest")
    fields.done()
    return made


def _in_doubt(fields: Fields, listener: Listener) -> Call:
    call = call_of(fields, listener)
    fields.done()
    return call
