"""The index of what can be found: keyed, and without any knowledge of the domain."""
