"""Addresses of cases on their way: calls, proposals, co-operation, outcomes, gaps."""

from django.urls import path

from meetings.views import (
    calls,
    cooperation,
    figures,
    gaps,
    layers,
    moves,
    progress,
    proposals,
    uploads,
)

urlpatterns = [
    path("cases/<uuid:case_id>/move/", moves.case_move, name="case-move"),
    path(
        "cases/<uuid:case_id>/move/<uuid:notice_id>/letter.docx",
        moves.move_letter,
        {"as_file": "docx"},
        name="move-letter-docx",
    ),
    path(
        "cases/<uuid:case_id>/move/<uuid:notice_id>/letter.pdf",
        moves.move_letter,
        {"as_file": "pdf"},
        name="move-letter-pdf",
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
        "proposals/<uuid:proposal_id>/uploads/<uuid:key>/",
        uploads.proposal_part,
        name="proposal-part",
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
    path("progress/", progress.case_board, name="case-board"),
    path(
        "cases/<uuid:case_id>/progress/", progress.case_progress, name="case-progress"
    ),
    path(
        "cases/<uuid:case_id>/timeline/", progress.case_timeline, name="case-timeline"
    ),
    path("cases/<uuid:case_id>/step/", progress.case_step, name="case-step"),
    path(
        "cases/<uuid:case_id>/hand-back/",
        progress.case_hand_back,
        name="case-hand-back",
    ),
    path("items/<uuid:item_id>/outcome/", progress.item_outcome, name="item-outcome"),
    path("items/<uuid:item_id>/resolve/", progress.item_resolve, name="item-resolve"),
    path(
        "items/<uuid:item_id>/decision/", progress.item_decision, name="item-decision"
    ),
    path("items/<uuid:item_id>/gaps/new/", gaps.item_gap, name="item-gap"),
    path("items/<uuid:item_id>/carry-up/", layers.item_carry_up, name="item-carry-up"),
    path("figures/", figures.figures, name="figures"),
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
]
