"""Before a round: what may be released, and to whom it would open."""
