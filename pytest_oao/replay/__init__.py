"""Who answers a call: gateway, recorder, replayer, lanes."""
