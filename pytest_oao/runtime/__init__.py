"""Who answers a call while a session runs: gateway, recorder, replayer, lanes."""
