"""取り込み: what is read from tables that people keep, and what it would change."""
