"""May this call happen: policies, their rules, the ledger that limits look at, and what tokens cost."""
