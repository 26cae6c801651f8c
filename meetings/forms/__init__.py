"""Forms of meetings: the shape of input only."""
