"""People and where they stand: duty, cases, consent, selection; the decision."""
