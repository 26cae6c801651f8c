"""Addresses of the people: invitations and answers, feeds, turnover."""

from django.urls import path

from meetings.views import attendance, feeds, invitations, links, turnover

urlpatterns = [
    path(
        "sittings/<uuid:sitting_id>/invitations/",
        invitations.invitation_board,
        name="invitation-board",
    ),
    path(
        "sittings/<uuid:sitting_id>/invitations/remind/",
        invitations.invitation_remind,
        name="invitation-remind",
    ),
    path(
        "invitations/<uuid:invitation_id>/send/",
        invitations.invitation_send,
        name="invitation-send",
    ),
    path(
        "invitations/<uuid:invitation_id>/letter/",
        invitations.invitation_letter,
        name="invitation-letter",
    ),
    path(
        "invitations/<uuid:invitation_id>/stop/",
        invitations.invitation_stop,
        name="invitation-stop",
    ),
    path(
        "invitations/<uuid:invitation_id>/unlock/",
        invitations.invitation_unlock,
        name="invitation-unlock",
    ),
    path(
        "invitations/<uuid:invitation_id>/answer/",
        invitations.invitation_answer,
        name="invitation-answer",
    ),
    path("sittings/<uuid:sitting_id>/links/", links.link_board, name="link-board"),
    path(
        "sittings/<uuid:sitting_id>/links/remind/",
        links.link_remind,
        name="link-remind",
    ),
    path(
        "sittings/<uuid:sitting_id>/links/stop/",
        links.link_stop_all,
        name="link-stop-all",
    ),
    path(
        "invitations/<uuid:invitation_id>/link/",
        links.link_person,
        name="link-person",
    ),
    path(
        "invitations/<uuid:invitation_id>/link/again/",
        links.link_reissue,
        name="link-reissue",
    ),
    path(
        "invitations/<uuid:invitation_id>/link/stop/",
        links.link_stop,
        name="link-stop",
    ),
    path(
        "invitations/<uuid:invitation_id>/link/unlock/",
        links.link_unlock,
        name="link-unlock",
    ),
    path(
        "invitations/<uuid:invitation_id>/link/sign-ins/end/",
        links.link_sign_ins_end,
        name="link-sign-ins-end",
    ),
    path("feed/", feeds.feed_page, name="feed"),
    path("feed/make/", feeds.feed_make, name="feed-make"),
    path("feed/stop/", feeds.feed_stop, name="feed-stop"),
    path("feed/entries/", feeds.feed_entries, name="feed-entries"),
    path("feed/<slug:secret>.ics", feeds.feed_read, name="feed-read"),
    path(
        "invitations/<uuid:invitation_id>/proxy/",
        attendance.proxy_answer,
        name="proxy-answer",
    ),
    path(
        "invitations/<uuid:invitation_id>/online/",
        attendance.online_answer,
        name="online-answer",
    ),
    path("turnovers/", turnover.turnover_list, name="turnover-list"),
    path("turnovers/places/new/", turnover.post_place, name="post-place"),
    path("turnovers/new/", turnover.turnover_create, name="turnover-create"),
    path(
        "turnovers/<uuid:turnover_id>/settle/",
        turnover.turnover_settle,
        name="turnover-settle",
    ),
]
