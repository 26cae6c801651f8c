"""Reads every word of a file, in a process of its own: ``__main__.py KIND < FILE``.

Also the words that people overlook: comments, hidden sheets, deletions, properties,
earlier revisions. The process has little memory and time, no settings and no secrets,
and prints JSON: ``places`` are [part, number, text] with the lines of a table one row
each, ``whole`` is false where a part can only be read by eye. It imports nothing of the
portal but this package.
"""
