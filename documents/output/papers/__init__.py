"""Makers of the papers of the process: forms, summaries, lists, scans."""
