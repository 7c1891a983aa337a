"""Foreign libraries' calls to host calls and back: one file a seam, none knows another."""
