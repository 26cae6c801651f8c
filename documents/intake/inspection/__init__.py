"""Looks into an uploaded file, in a process of its own: ``__main__.py KIND < FILE``.

Parsers are where hostile files attack (ASVS 15.2.5). The process has little memory and
time, no network, no settings and no secrets. It imports nothing of the portal but this
package, and prints JSON: ``finding`` is "ok" or what is wrong, ``pages`` how many a
viewer can show, ``residue`` what the file still carries beside them, by code and count.
Whatever kills it amounts to a broken file.
"""
