"""Looking for things in the tests, and what there is to be found."""

from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from django.urls import reverse

from documents.mixups.weighing import Place
from documents.models import PaperVersion
from documents.searching import keep_words
from meetings.selectors.search import Wish, search
from members.models import Person
from portal.core.search import index
from tests import factories
from tests.cast import Cast
from tests.meetings.recording import held
from tests.papers import file_as, hand_out

WORDS = "通院は月二回。髙橋医師と連絡。\n令和8年4月1日に訪問。"


def fill(cast: Cast) -> PaperVersion:
    """A paper that the clinic has and entries of the case's two items, indexed."""
    for item in cast.items:
        held(cast, item)
    version = file_as(cast, title="通院の経過")
    keep_words(version, [Place("page", 1, WORDS)])
    hand_out(factories.sign_in(cast.secretariat), [version], [cast.clinic])
    index.catch_up()
    return version


def kinds(person: Person, words: str, **wish: Any) -> dict[str, int]:
    """How many hits of each kind somebody gets; the index is up to date."""
    index.catch_up()
    found = search(factories.sign_in(person), Wish(words, **wish))
    return {group.kind: len(group.hits) for group in found.groups}


def page(client: Client, words: str, **more: str) -> str:
    """What the page of results says, by the form of every page."""
    answer = client.post(reverse("meetings:search"), {"words": words, **more})
    assert answer.status_code == 302
    assert words not in answer["Location"]
    assert urlsplit(answer["Location"]).path == reverse("meetings:search")
    return client.get(answer["Location"]).content.decode()
