"""Addresses of meetings."""

from django.urls import path

from meetings.views import (
    agenda,
    attendance,
    calls,
    cooperation,
    emergency,
    feeds,
    gaps,
    home,
    invitations,
    items,
    layers,
    live,
    openings,
    papers,
    polls,
    printing,
    progress,
    proposals,
    records,
    rolls,
    room,
    sitting_requests,
    sittings,
    turnover,
    watch,
    year,
)

app_name = "meetings"
urlpatterns = [
    path("", home.home, name="home"),
    path("sittings/", sittings.sitting_list, name="sitting-list"),
    path("sittings/new/", sittings.sitting_create, name="sitting-create"),
    path("sittings/<uuid:sitting_id>/", sittings.sitting_detail, name="sitting-detail"),
    path(
        "sittings/<uuid:sitting_id>/agenda.pdf",
        printing.agenda_print,
        name="agenda-print",
    ),
    path(
        "sittings/<uuid:sitting_id>/agenda.docx",
        printing.agenda_word,
        name="agenda-word",
    ),
    path(
        "sittings/<uuid:sitting_id>/arrange/",
        agenda.agenda_arrange,
        name="agenda-arrange",
    ),
    path("sittings/<uuid:sitting_id>/reports/", agenda.report_add, name="report-add"),
    path("bodies/<uuid:body_id>/agenda/", agenda.agenda_frame, name="agenda-frame"),
    path(
        "sittings/<uuid:sitting_id>/answer/",
        sittings.sitting_answer,
        name="sitting-answer",
    ),
    path(
        "sittings/<uuid:sitting_id>/edit/", sittings.sitting_edit, name="sitting-edit"
    ),
    path(
        "sittings/<uuid:sitting_id>/submit/",
        sittings.sitting_submit,
        name="sitting-submit",
    ),
    path(
        "sittings/<uuid:sitting_id>/approve/",
        sittings.sitting_approve,
        name="sitting-approve",
    ),
    path(
        "sittings/<uuid:sitting_id>/return/",
        sittings.sitting_return,
        name="sitting-return",
    ),
    path(
        "sittings/<uuid:sitting_id>/take-back/",
        sittings.sitting_take_back,
        name="sitting-take-back",
    ),
    path(
        "sittings/<uuid:sitting_id>/cancel/",
        sittings.sitting_cancel,
        name="sitting-cancel",
    ),
    path(
        "sittings/<uuid:sitting_id>/items/new/", items.item_create, name="item-create"
    ),
    path("items/<uuid:item_id>/edit/", items.item_edit, name="item-edit"),
    path("items/<uuid:item_id>/carry/", agenda.item_carry, name="item-carry"),
    path("items/<uuid:item_id>/remove/", items.item_remove, name="item-remove"),
    path("items/<uuid:item_id>/people/", items.item_people, name="item-people"),
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
    path("items/<uuid:item_id>/papers/", papers.paper_upload, name="paper-upload"),
    path(
        "items/<uuid:item_id>/papers/release/",
        papers.paper_release,
        name="paper-release",
    ),
    path(
        "papers/<uuid:version_id>/replace/", papers.paper_replace, name="paper-replace"
    ),
    path("papers/<uuid:version_id>/recall/", papers.paper_recall, name="paper-recall"),
    path("items/<uuid:item_id>/public/", openings.item_public, name="item-public"),
    path(
        "sittings/<uuid:sitting_id>/record/",
        records.sitting_record,
        name="sitting-record",
    ),
    path("items/<uuid:item_id>/record/", records.record_detail, name="record-detail"),
    path(
        "items/<uuid:item_id>/record/start/", records.record_start, name="record-start"
    ),
    path(
        "items/<uuid:item_id>/record/confirm/",
        records.record_confirm,
        name="record-confirm",
    ),
    path(
        "items/<uuid:item_id>/record/entries/<uuid:entry_id>/correction/",
        records.correction_ask,
        name="correction-ask",
    ),
    path(
        "items/<uuid:item_id>/record/corrections/<uuid:correction_id>/answer/",
        records.correction_answer,
        name="correction-answer",
    ),
    path("sittings/<uuid:sitting_id>/room/", room.room, name="room"),
    path(
        "sittings/<uuid:sitting_id>/room/check-in/",
        room.room_check_in,
        name="room-check-in",
    ),
    path("sittings/<uuid:sitting_id>/room/close/", room.room_close, name="room-close"),
    path("items/<uuid:item_id>/room/<slug:act>/", room.room_item, name="room-item"),
    path("sittings/<uuid:sitting_id>/room/live/", live.live_since, name="live-since"),
    path(
        "sittings/<uuid:sitting_id>/room/live/operation/",
        live.live_operation,
        name="live-operation",
    ),
    path(
        "cases/<uuid:case_id>/cooperation/",
        cooperation.cooperation_list,
        name="cooperation-list",
    ),
    path(
        "cases/<uuid:case_id>/cooperation/new/",
        cooperation.cooperation_create,
        name="cooperation-create",
    ),
    path(
        "cooperation/<uuid:request_id>/",
        cooperation.cooperation_detail,
        name="cooperation-detail",
    ),
    path(
        "cooperation/<uuid:request_id>/remind/",
        cooperation.cooperation_remind,
        name="cooperation-remind",
    ),
    path(
        "cooperation/<uuid:request_id>/extend/",
        cooperation.cooperation_extend,
        name="cooperation-extend",
    ),
    path(
        "cooperation/<uuid:request_id>/withdraw/",
        cooperation.cooperation_withdraw,
        name="cooperation-withdraw",
    ),
    path(
        "cooperation/<uuid:request_id>/letter/",
        cooperation.cooperation_letter,
        name="cooperation-letter",
    ),
    path(
        "cooperation/<uuid:request_id>/card/",
        cooperation.cooperation_card,
        name="cooperation-card",
    ),
    path(
        "cooperation/<uuid:request_id>/files/<uuid:version_id>/",
        cooperation.cooperation_use,
        name="cooperation-use",
    ),
    path(
        "cooperation/<uuid:request_id>/member/",
        cooperation.cooperation_convert,
        name="cooperation-convert",
    ),
    path("feed/", feeds.feed_page, name="feed"),
    path("feed/make/", feeds.feed_make, name="feed-make"),
    path("feed/stop/", feeds.feed_stop, name="feed-stop"),
    path("feed/entries/", feeds.feed_entries, name="feed-entries"),
    path("feed/<slug:secret>.ics", feeds.feed_read, name="feed-read"),
    path(
        "sitting-requests/",
        sitting_requests.sitting_request_list,
        name="sitting-request-list",
    ),
    path(
        "sitting-requests/new/",
        sitting_requests.sitting_request_create,
        name="sitting-request-create",
    ),
    path(
        "sitting-requests/<uuid:asking_id>/",
        sitting_requests.sitting_request,
        name="sitting-request",
    ),
    path(
        "sitting-requests/<uuid:asking_id>/accept/",
        sitting_requests.sitting_request_accept,
        name="sitting-request-accept",
    ),
    path(
        "sitting-requests/<uuid:asking_id>/refuse/",
        sitting_requests.sitting_request_refuse,
        name="sitting-request-refuse",
    ),
    path("calls/", calls.call_list, name="call-list"),
    path("calls/new/", calls.call_create, name="call-create"),
    path("calls/<uuid:call_id>/", calls.call_detail, name="call-detail"),
    path("calls/<uuid:call_id>/nothing/", calls.call_nothing, name="call-nothing"),
    path("calls/<uuid:call_id>/board/", calls.call_board, name="call-board"),
    path("calls/<uuid:call_id>/ask/", calls.call_ask, name="call-ask"),
    path("calls/<uuid:call_id>/remind/", calls.call_remind, name="call-remind"),
    path(
        "calls/<uuid:call_id>/propose/",
        proposals.proposal_create,
        name="proposal-create",
    ),
    path(
        "calls/asked/<uuid:recipient_id>/send/",
        calls.recipient_send,
        name="recipient-send",
    ),
    path(
        "calls/asked/<uuid:recipient_id>/stop/",
        calls.recipient_stop,
        name="recipient-stop",
    ),
    path(
        "calls/asked/<uuid:recipient_id>/unlock/",
        calls.recipient_unlock,
        name="recipient-unlock",
    ),
    path(
        "calls/asked/<uuid:recipient_id>/nothing/",
        calls.recipient_nothing,
        name="recipient-nothing",
    ),
    path(
        "proposals/<uuid:proposal_id>/",
        proposals.proposal_detail,
        name="proposal-detail",
    ),
    path(
        "proposals/<uuid:proposal_id>/edit/",
        proposals.proposal_edit,
        name="proposal-edit",
    ),
    path(
        "proposals/<uuid:proposal_id>/submit/",
        proposals.proposal_submit,
        name="proposal-submit",
    ),
    path(
        "proposals/<uuid:proposal_id>/return/",
        proposals.proposal_return,
        name="proposal-return",
    ),
    path(
        "proposals/<uuid:proposal_id>/decline/",
        proposals.proposal_decline,
        name="proposal-decline",
    ),
    path(
        "proposals/<uuid:proposal_id>/take/",
        proposals.proposal_take,
        name="proposal-take",
    ),
    path("polls/", polls.poll_list, name="poll-list"),
    path("bodies/<uuid:body_id>/polls/new/", polls.poll_create, name="poll-create"),
    path("polls/<uuid:poll_id>/", polls.poll_detail, name="poll-detail"),
    path("polls/<uuid:poll_id>/answer/", polls.poll_answer, name="poll-answer"),
    path("polls/<uuid:poll_id>/remind/", polls.poll_remind, name="poll-remind"),
    path("polls/<uuid:poll_id>/close/", polls.poll_close, name="poll-close"),
    path("polls/dates/<uuid:date_id>/", polls.poll_decide, name="poll-decide"),
    path("polls/voters/<uuid:voter_id>/answer/", polls.poll_enter, name="poll-enter"),
    path("polls/voters/<uuid:voter_id>/send/", polls.poll_send, name="poll-send"),
    path("polls/voters/<uuid:voter_id>/letter/", polls.poll_letter, name="poll-letter"),
    path("rolls/new/", rolls.roll_read, name="roll-read"),
    path("rolls/<uuid:roll_id>/", rolls.roll_detail, name="roll-detail"),
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
    path(
        "sittings/<uuid:sitting_id>/presiding/",
        attendance.sitting_presiding,
        name="sitting-presiding",
    ),
    path("turnovers/", turnover.turnover_list, name="turnover-list"),
    path("turnovers/places/new/", turnover.post_place, name="post-place"),
    path("turnovers/new/", turnover.turnover_create, name="turnover-create"),
    path(
        "turnovers/<uuid:turnover_id>/settle/",
        turnover.turnover_settle,
        name="turnover-settle",
    ),
    path("emergency/", emergency.emergency_start, name="emergency-start"),
    path("cases/<uuid:case_id>/emergency/", emergency.emergency, name="emergency"),
    path(
        "sittings/<uuid:sitting_id>/pledges/",
        emergency.pledge_remind,
        name="pledge-remind",
    ),
    path("progress/", progress.case_board, name="case-board"),
    path(
        "cases/<uuid:case_id>/progress/", progress.case_progress, name="case-progress"
    ),
    path("cases/<uuid:case_id>/step/", progress.case_step, name="case-step"),
    path(
        "cases/<uuid:case_id>/hand-back/",
        progress.case_hand_back,
        name="case-hand-back",
    ),
    path("items/<uuid:item_id>/outcome/", progress.item_outcome, name="item-outcome"),
    path(
        "items/<uuid:item_id>/decision/", progress.item_decision, name="item-decision"
    ),
    path("items/<uuid:item_id>/gaps/new/", gaps.item_gap, name="item-gap"),
    path("items/<uuid:item_id>/carry-up/", layers.item_carry_up, name="item-carry-up"),
    path("gaps/", gaps.gap_list, name="gap-list"),
    path("gaps/new/", gaps.gap_create, name="gap-create"),
    path("gaps/<uuid:gap_id>/", gaps.gap_edit, name="gap-edit"),
    path("gaps/<uuid:gap_id>/carry-up/", layers.gap_carry_up, name="gap-carry-up"),
    path("carried/", layers.carried_list, name="carried-list"),
    path("carried/<uuid:carried_id>/take/", layers.carried_take, name="carried-take"),
    path(
        "carried/<uuid:carried_id>/hand-down/",
        layers.carried_hand_down,
        name="carried-hand-down",
    ),
    path(
        "sittings/<uuid:sitting_id>/joint/", layers.sitting_joint, name="sitting-joint"
    ),
    path("watch/<slug:kind>/<uuid:thing_id>/", watch.watch, name="watch"),
    path("year/", year.year_list, name="year-list"),
    path("year/closed-days/", year.closed_days, name="closed-days"),
    path(
        "year/closed-days/<uuid:day_id>/remove/",
        year.closed_day_remove,
        name="closed-day-remove",
    ),
    path("year/<uuid:body_id>/", year.year_detail, name="year-detail"),
    path("year/<uuid:body_id>/plan/", year.year_plan, name="year-plan"),
]
