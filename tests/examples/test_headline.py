import pytest
from headline_agent import headline


@pytest.mark.oao
def test_a_headline_is_shown_as_it_is_written():
    pieces = []

    title = headline("The old lighthouse of Cabo da Roca was painted red and white again this week.", pieces.append)

    assert title
    assert len(pieces) > 3
    assert "".join(pieces).partition(".")[0].strip(' "\n') == title
