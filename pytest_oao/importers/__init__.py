"""Foreign recordings to sessions: one file a format, none knows another."""
