"""第n回: each body counts its own sittings and those it holds jointly."""

from django.db.models import Max

from members.models import Body


def next_number(body: Body) -> int:
    """The number after the body's last; ask under a lock on the body."""
    own = body.sittings.aggregate(last=Max("number"))["last"] or 0
    joint = body.joint_sittings.aggregate(last=Max("number"))["last"] or 0
    return max(own, joint) + 1
