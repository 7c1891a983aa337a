import pytest
from packing_agent import advise


@pytest.mark.oao
@pytest.mark.parametrize("city", ["Lisbon", "Oslo"])
def test_the_advice_follows_a_look_at_the_weather(city, oao):
    advice = advise(city)

    asked, advised = oao.calls("chat")
    assert advice == advised.reply.text
    assert asked.reply.tool_calls[0].name == "get_weather"
    assert "rain" in str(advised.request) if city == "Lisbon" else "snow" in str(advised.request)
    assert oao.usage.output_tokens < 150
