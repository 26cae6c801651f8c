"""The body under its lock, for every act on what it is made of."""

from members.access import Actor, access_for
from members.facts import Action
from members.models import Body
from members.policies import rules_facts
from portal.core.errors import HiddenError


def lock_body(actor: Actor, body: Body, action: Action) -> Body:
    """The body under its lock, once the actor may do such an act there."""
    found = Body.objects.select_for_update(of=("self",)).filter(pk=body.pk).first()
    if found is None:
        raise HiddenError
    access_for(actor, cases=(), items=()).require(action, rules_facts(found))
    return found
