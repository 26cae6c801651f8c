"""The kernel: clock, errors, keys, vault, audit, outbox. It imports no app."""
