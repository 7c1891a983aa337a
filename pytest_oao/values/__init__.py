"""Python values ⇄ plain data: kept faithfully or refused, and read back without running code."""
