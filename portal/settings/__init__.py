"""Settings: ``base`` plus one module per profile (embedded, server, test)."""
