"""Papers, their release, secure links and codes, records. It knows no meetings."""
