"""Every act that makes something leave, each as people do it.

An act is a generator: at each ``yield`` what waits is sent, before the next step can
cancel it. ``SENDERS`` are the modules that send; each has its acts here.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import time_machine
from django_otp.oath import totp

from documents.intake import scanning
from documents.models import PaperVersion, Planned
from documents.services import papers, releases, replies, requests, retrievals
from meetings.models import Invitation, Proxy, Sitting
from meetings.services import (
    calls,
    convocation,
    digests,
    emergency,
    invitations,
    polls,
    proposals,
    proxies,
    record_mail,
    records,
    reminders,
    reopening,
    room,
    sitting_requests,
    sittings,
    triage,
    turnover,
)
from meetings.services import papers as releasing
from meetings.services.emergency import Emergency
from meetings.services.invitations import ProxyWords
from meetings.services.sittings import When
from members.facts import Regime, Way
from members.models import Commission, DigestChoice, ExOfficio, Person, Post, Tenure
from members.services import factors, resets, sign_ins
from members.services.posts import Successor
from portal.core import clock
from portal.core.clamd import Verdict
from tests import factories
from tests.cast import Cast
from tests.documents import files, gate
from tests.meetings import asking, calling, polling, recording
from tests.meetings.convening import (
    PLACE,
    add,
    clerk,
    convened,
    draft,
    head,
    invitation,
    select,
    when,
)
from tests.papers import details, hand_out, looked_at, reference, upload

SENDERS = {
    "documents/intake/scan_notices.py",
    "documents/services/budget.py",
    "documents/services/codes.py",
    "documents/services/requests.py",
    "documents/services/retrievals.py",
    "meetings/services/calls.py",
    "meetings/services/convocation.py",
    "meetings/services/digests.py",
    "meetings/services/papers.py",
    "meetings/services/poll_mail.py",
    "meetings/services/record_mail.py",
    "meetings/services/reminders.py",
    "members/services/own_notices.py",
}
Act = Callable[[Cast], Iterator[None]]


def convene(cast: Cast) -> Iterator[None]:
    """Invited, moved, moved elsewhere, told again, called off."""
    sitting = convened(cast, cast.clinic, cast.newcomer)
    yield
    sittings.change_sitting(actor=clerk(cast), sitting=sitting, when=when(40))
    yield
    elsewhere = when(40, place="市役所 別館 大会議室")
    sittings.change_sitting(actor=clerk(cast), sitting=sitting, when=elsewhere)
    yield
    again = invitation(cast.clinic, sitting)
    convocation.send_again(actor=clerk(cast), invitation=again)
    yield
    sittings.cancel_sitting(actor=clerk(cast), sitting=sitting)
    yield


def leave_out(cast: Cast) -> Iterator[None]:
    """Somebody is no longer asked to come; somebody else is asked late."""
    sitting = convened(cast, cast.clinic)
    yield
    select(cast, sitting.items.get(), cast.newcomer)
    yield


def hand_in(cast: Cast) -> Iterator[None]:
    """Handed in, sent back with a note, and those without a pledge are asked."""
    Person.objects.filter(pk=cast.newcomer.pk).update(login="eguchi")
    sitting = draft(cast)
    select(cast, add(cast, sitting), cast.newcomer)
    sittings.submit_agenda(actor=clerk(cast), sitting=sitting)
    sittings.send_back(actor=head(cast), sitting=sitting, note="議題を足してください")
    reminders.remind_of_pledges(actor=clerk(cast), sitting=sitting)
    yield


def call_together(cast: Cast) -> Iterator[None]:
    """An emergency."""
    start = clock.now() + timedelta(minutes=40)
    plan = Emergency(
        body=cast.shien,
        regime=Regime.SHIEN,
        when=When(start, start + timedelta(hours=1), PLACE),
        title="緊急の対応について",
        reason="昨夜、長男が自宅から救急搬送されたため",
        people=[cast.clinic, cast.newcomer],
    )
    emergency.open_emergency(
        actor=head(cast), key=UUID(int=4242), case=cast.case, emergency=plan
    )
    yield


def send_another(cast: Cast) -> Iterator[None]:
    """A proxy is named, accepted, and refused after all."""
    sitting = convened(cast, cast.clinic)
    yield
    invitations.answer_invitation(
        actor=factories.sign_in(cast.clinic),
        invitation=Invitation.objects.get(sitting=sitting, person=cast.clinic),
        rsvp=Invitation.Rsvp.PROXY,
        proxy=ProxyWords("清水 陽子", "看護師", "shimizu@mihon.example"),
    )
    proxy = Proxy.objects.get()
    proxies.accept_proxy(actor=clerk(cast), proxy=proxy)
    yield
    proxies.refuse_proxy(actor=clerk(cast), proxy=proxy, reason="委嘱が要ります")
    yield


def hand_over(cast: Cast) -> Iterator[None]:
    """A post gets a new holder, who is asked from that day on."""
    sitting = convened(cast, cast.clinic)
    yield
    post = Post.objects.create(organization=cast.clinic.organization, name="室長")
    began = {"starts_at": factories.LONG_AGO}
    Tenure.objects.create(post=post, person=cast.clinic, **began)
    ExOfficio.objects.create(body=cast.shien, post=post, part="member", **began)
    Commission.objects.filter(person=cast.clinic, body=cast.shien).update(post=post)
    day = clock.today() + timedelta(days=1)
    turnover.hand_over(
        actor=clerk(cast),
        key=UUID(int=411),
        day=day,
        successors=[Successor(post, cast.colleague)],
        decided_by="見本こころのクリニック院長",
        decided_on=clock.today(),
    )
    with time_machine.travel(clock.day_start(day), tick=False):
        assert turnover.settle_due() == 1
        yield
    assert Sitting.objects.filter(pk=sitting.pk).exists()


def ask_for_a_day(cast: Cast) -> Iterator[None]:
    """A poll: opened, reminded by hand and by itself, told again, decided."""
    poll = polling.ask(cast)
    yield
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        polls.remind(actor=clerk(cast), poll=poll)
        yield
    with time_machine.travel(poll.deadline - timedelta(hours=2), tick=False):
        polls.remind_due()
        yield
    polls.send_again(actor=clerk(cast), voter=polling.voter(poll, cast.clinic))
    yield
    polls.decide_date(actor=clerk(cast), date=poll.dates.all()[0])
    yield


def give_up_a_poll(cast: Cast) -> Iterator[None]:
    """A poll that is closed without a day."""
    poll = polling.ask(cast)
    yield
    polls.close_poll(actor=clerk(cast), poll=poll)
    yield


def call_for_cases(cast: Cast) -> Iterator[None]:
    """A call: opened, reminded by hand and by itself; what came is sent back."""
    call = calling.opened(cast, cast.clinic, cast.newcomer)
    yield
    calls.remind(actor=clerk(cast), call=call)
    yield
    with time_machine.travel(call.due_at - timedelta(days=1), tick=False):
        calls.remind_due()
        yield
    again = calling.recipient(call, cast.newcomer)
    calls.send_again(actor=clerk(cast), recipient=again)
    yield
    triage.return_proposal(
        actor=clerk(cast),
        proposal=calling.submitted(call, cast.clinic),
        reason="様式を足してください",
        due_at=call.due_at + timedelta(days=2),
    )
    yield


def decline(cast: Cast) -> Iterator[None]:
    """What was proposed is not taken; something else is."""
    call = calling.opened(cast, cast.clinic)
    yield
    triage.decline_proposal(
        actor=clerk(cast),
        proposal=calling.submitted(call, cast.clinic),
        reason="別の会議で扱います",
    )
    yield
    other = calling.drafted(call, cast.clinic)
    sheet = calling.sheet(other)
    proposals.submit_proposal(actor=factories.sign_in(cast.clinic), proposal=other)
    calling.taken(cast, other, sheet)
    yield


def ask_for_papers(cast: Cast) -> Iterator[None]:
    """A co-operation request: asked, asked again, given time, answered, taken back."""
    request = asking.ask(cast)
    yield
    requests.remind(actor=clerk(cast), request=request)
    yield
    later = request.due_on + timedelta(days=3)
    requests.extend(actor=clerk(cast), request=request, due_on=later)
    yield
    requests.withdraw(actor=clerk(cast), request=request)
    yield
    other = asking.ask(cast, 2, whom=cast.colleague)
    yield
    replies.answer(
        actor=asking.respondent(other), request=other, opinion="昨年度は月1回でした。"
    )
    yield


def ask_for_a_sitting(cast: Cast) -> Iterator[None]:
    """A member's wish for a sitting, accepted and refused: pages only, no mail."""
    asking.meet_on_request(cast.shien)
    cast.shien.refresh_from_db()
    wishes = [
        sitting_requests.ask_for_sitting(
            actor=factories.sign_in(cast.clinic),
            key=uuid4(),
            body=cast.shien,
            reason="見守りの役割が決まらないため",
            wished_by=None,
        )
        for _ in range(2)
    ]
    sitting_requests.accept(actor=clerk(cast), request=wishes[0], when=when(10))
    sitting_requests.refuse(actor=clerk(cast), request=wishes[1], reason="来月に")
    yield


def tell_of_papers(cast: Cast) -> Iterator[None]:
    """Papers are released and told of, then once more to who opened nothing."""
    item = convened(cast, cast.clinic, cast.newcomer).items.get()
    yield
    version = papers.file_paper(
        actor=clerk(cast),
        item=reference(item),
        details=details(),
        upload=upload(files.pdf_file()),
        token=uuid4(),
    )
    looked_at(version)
    until = clock.now() + timedelta(days=7)
    made = releasing.release_papers(
        actor=clerk(cast),
        item=item,
        key=uuid4(),
        cells=[
            Planned(version=version.id, person=p.id, way=Way.COPY, until=until)
            for p in (cast.clinic, cast.newcomer)
        ],
    )
    yield
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        releasing.remind_unopened(actor=clerk(cast), made=made)
        yield


def ask_for_declarations(cast: Cast) -> Iterator[None]:
    """A paper is recalled, and whoever had it is asked what became of it."""
    version = papers.file_paper(
        actor=clerk(cast),
        item=reference(cast.shien_item),
        details=details(),
        upload=upload(files.pdf_file()),
        token=uuid4(),
    )
    hand_out(clerk(cast), [looked_at(version)], [cast.clinic, cast.newcomer])
    releases.recall_version(actor=clerk(cast), version=version)
    retrievals.ask(
        actor=clerk(cast), item=reference(cast.shien_item), serial="2026-001"
    )
    yield


def mail_a_code(cast: Cast) -> Iterator[None]:
    """The code behind a link."""
    gate.ask(gate.enter(gate.issue(cast)))
    yield


def scan(cast: Cast) -> Iterator[None]:
    """A file that the virus scan destroys, and one that it cannot look into."""
    for verdict in (Verdict.INFECTED, Verdict.UNSCANNABLE):
        version = papers.file_paper(
            actor=factories.sign_in(cast.clinic),
            item=reference(cast.shien_item),
            details=details(),
            upload=upload(files.pdf_file()),
            token=uuid4(),
        )
        PaperVersion.objects.filter(id=version.id).update(scan="pending")
        scanning.settle(version.id, verdict)
        yield


def circulate_a_record(cast: Cast) -> Iterator[None]:
    """A summary, a draft, a correction and its answer, a reminder, a reopening."""
    item = recording.held(cast, cast.juso_item)
    room.close_sitting(actor=clerk(cast), sitting=cast.sitting)
    yield
    recording.circulate(cast, item, days=1)
    yield
    asked = recording.ask(cast.clinic, item, text="受診ではなく相談です。")
    yield
    recording.answer(cast, asked, new_text="長男の相談について協議した。")
    yield
    record_mail.remind_due()
    yield
    for person in (cast.chair, cast.clinic):
        recording.confirm(person, item)
    records.archive.call(str(item.id), str(cast.clinic.id))
    reopening.reopen(
        actor=factories.sign_in(cast.secretariat),
        item_id=item.id,
        reason="支援の開始日に誤りがあったため",
        due_on=clock.today() + timedelta(days=7),
    )
    yield


def remember(cast: Cast) -> Iterator[None]:
    """The next morning on which the town works: who wished to hear does."""
    Person.objects.filter(pk=cast.secretariat.pk).update(login="ishikawa")
    convened(cast, cast.clinic)
    for person in (cast.clinic, cast.secretariat):
        DigestChoice.objects.create(person=person, rhythm="daily", hour=8)
    day = clock.today() + timedelta(days=1)
    while not digests.works(day):
        day += timedelta(days=1)
    with time_machine.travel(clock.day_start(day) + timedelta(hours=9), tick=False):
        digests.send_due()
        yield


# Each act with the number of mails that leave at least.
def change_own_ways(cast: Cast) -> Iterator[None]:
    """A new authenticator app, and a sign-in at a browser not seen before."""
    actor = factories.sign_in(cast.clinic)
    key = factors.new_app_key(actor=actor)
    code = f"{totp(bytes.fromhex(key)):06d}"
    factors.enrol_app(actor=actor, key=key, token=code, name="電話")
    yield
    sign_ins.start(person=cast.clinic, strength=2, device="browser")
    yield


def reset_factors(cast: Cast) -> Iterator[None]:
    """Vouched for by the secretariat, begun by the administrator."""
    clerk = factories.sign_in(cast.secretariat)
    factors.issue_card(actor=clerk, person=cast.clinic)
    reset = resets.vouch(
        actor=clerk, body=cast.shien, person=cast.clinic, proof="in_person"
    )
    resets.start(actor=factories.sign_in(cast.administrator), reset_id=reset.id)
    yield


ACTS: dict[Act, int] = {
    remember: 2,
    change_own_ways: 2,
    reset_factors: 2,
    convene: 17,
    leave_out: 5,
    hand_in: 1,
    call_together: 4,
    send_another: 5,
    hand_over: 5,
    ask_for_a_day: 9,
    give_up_a_poll: 4,
    call_for_cases: 8,
    decline: 2,
    ask_for_papers: 6,
    ask_for_a_sitting: 0,
    ask_for_declarations: 2,
    mail_a_code: 1,
    tell_of_papers: 6,
    circulate_a_record: 10,
    scan: 4,
}
