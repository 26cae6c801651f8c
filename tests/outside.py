"""What of an answer is seen outside its page, where no word of a case may be (R39)."""

import re
from typing import Any

from django.http import HttpResponseBase


def headers_of(answer: HttpResponseBase) -> str:
    """Headers with redirects and file names, and cookies."""
    return f"{answer.headers} {answer.cookies}"


_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_ADDRESS = re.compile(r'(?:href|src|action)="(?!tel:|mailto:)[^"]*"')


def outside_of(answer: Any) -> str:
    """What of an answer is seen outside its page: title, addresses, headers."""
    page = text_of(answer)
    shown = [headers_of(answer), *_TITLE.findall(page), *_ADDRESS.findall(page)]
    return "\n".join(shown)


def text_of(answer: Any) -> str:
    """The page; nothing for a file, which is for its reader alone."""
    if answer.streaming or not answer["Content-Type"].startswith("text/html"):
        return ""
    page: str = answer.content.decode()
    return page
