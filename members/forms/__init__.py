"""Forms of members: the shape of input only."""
