"""Documents out: sheets, forms and stamps as PDF/A and Office files.

Pure functions from plain data to bytes: no models, no requests, no settings.
"""
