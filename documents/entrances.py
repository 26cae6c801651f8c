"""Where a link leads: one page for each purpose, named by the app that owns it."""

from django.urls import reverse

from members.models import Purpose, Scope

# Purpose to the name of an address with one argument, the thing's id. The apps
# above add theirs when they are ready.
PAGES: dict[str, str] = {Purpose.REQUEST: "documents:reply"}


def page_of(scope: Scope) -> str:
    """The address of what the link leads to."""
    return reverse(PAGES[scope.purpose], args=[scope.id])
