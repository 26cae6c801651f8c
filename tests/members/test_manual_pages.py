"""Who sees which manual, and where a page's help leads."""

import pytest
from django.urls import reverse

from tests import factories
from tests.cast import Cast
from tests.clients import close
from tests.conftest import SignIn


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("chair", "chair"),
        ("secretariat", "secretariat"),
        ("clinic", "outside-member"),
        ("administrator", "administrator"),
        ("auditor", "auditor"),
    ],
)
def test_everybody_is_led_to_the_manual_of_their_own_role(
    cast: Cast, signed_in: SignIn, who: str, name: str
) -> None:
    client = signed_in(getattr(cast, who))
    home = client.get(reverse("members:own")).content.decode()
    url = reverse("members:manual", args=[name])
    assert f'href="{url}#' in home, "この画面の使い方"
    assert f'href="{url}"' in home, "使い方"
    page = client.get(url).content.decode()
    assert page.count("<h1") == 1
    assert 'id="困ったとき"' in page


def test_members_of_the_staff_read_how_they_come_in(
    cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.colleague)
    url = reverse("members:manual", args=["outside-member"])
    assert f'href="{url}"' in client.get(reverse("members:own")).content.decode()
    page = client.get(url).content.decode()
    assert "<h1>構成員の手引き" in page
    assert 'id="職員の方利用者名で入る方"' in page


def test_who_came_by_a_link_reads_the_manual_too(cast: Cast, signed_in: SignIn) -> None:
    scope = factories.to_sitting(cast.sitting)
    client = signed_in(cast.clinic, strength=1, scope=scope)
    url = reverse("members:manual", args=["outside-member"])
    assert client.get(url).status_code == 200


def test_a_manual_that_is_none_is_not_there(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.clinic)
    answer = client.get(reverse("members:manual", args=["nobody"]))
    assert answer.status_code == 404
    close(answer)
