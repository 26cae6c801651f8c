"""Addresses of sittings: day, agenda, items, their papers, and who presides."""

from django.urls import path

from meetings.views import (
    agenda,
    attendance,
    emergency,
    fees,
    items,
    layers,
    openings,
    packets,
    papers,
    printing,
    releases,
    sittings,
    uploads,
    watch,
)

urlpatterns = [
    path("sittings/", sittings.sitting_list, name="sitting-list"),
    path("sittings/new/", sittings.sitting_create, name="sitting-create"),
    path("sittings/<uuid:sitting_id>/", sittings.sitting_detail, name="sitting-detail"),
    path("sittings/<uuid:sitting_id>/fees/", fees.sitting_fees, name="sitting-fees"),
    path(
        "sittings/<uuid:sitting_id>/fees.xlsx",
        fees.fees_file,
        {"as_file": "xlsx"},
        name="fees-xlsx",
    ),
    path(
        "sittings/<uuid:sitting_id>/fees.pdf",
        fees.fees_file,
        {"as_file": "pdf"},
        name="fees-pdf",
    ),
    path("bodies/<uuid:body_id>/fees/", fees.fee_rates, name="fee-rates"),
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
        "sittings/<uuid:sitting_id>/roster.pdf",
        printing.roster_print,
        name="roster-print",
    ),
    path(
        "sittings/<uuid:sitting_id>/seating.pdf",
        printing.seating_print,
        name="seating-print",
    ),
    path("sittings/<uuid:sitting_id>/packet.pdf", packets.packet, name="packet"),
    path(
        "sittings/<uuid:sitting_id>/copies/", packets.copies_print, name="copies-print"
    ),
    path(
        "sittings/<uuid:sitting_id>/copies/list.pdf",
        packets.copies_sheet,
        name="copies-sheet",
    ),
    path(
        "sittings/<uuid:sitting_id>/copies/account/",
        packets.copies_account,
        name="copies-account",
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
    path("items/<uuid:item_id>/papers/", papers.paper_upload, name="paper-upload"),
    path(
        "items/<uuid:item_id>/papers/uploads/<uuid:key>/",
        uploads.item_part,
        name="paper-part",
    ),
    path(
        "papers/<uuid:version_id>/replace/uploads/<uuid:key>/",
        uploads.replacement_part,
        name="replacement-part",
    ),
    path(
        "items/<uuid:item_id>/papers/release/",
        releases.paper_release,
        name="paper-release",
    ),
    path("releases/<uuid:round_id>/", releases.release_round, name="release-round"),
    path("releases/<uuid:round_id>/undo/", releases.release_undo, name="release-undo"),
    path(
        "releases/<uuid:round_id>/remind/",
        releases.release_remind,
        name="release-remind",
    ),
    path("releases/<uuid:round_id>/look/", releases.release_look, name="release-look"),
    path(
        "papers/<uuid:version_id>/replace/", papers.paper_replace, name="paper-replace"
    ),
    path("papers/<uuid:version_id>/recall/", papers.paper_recall, name="paper-recall"),
    path("items/<uuid:item_id>/public/", openings.item_public, name="item-public"),
    path(
        "sittings/<uuid:sitting_id>/presiding/",
        attendance.sitting_presiding,
        name="sitting-presiding",
    ),
    path(
        "sittings/<uuid:sitting_id>/pledges/",
        emergency.pledge_remind,
        name="pledge-remind",
    ),
    path(
        "sittings/<uuid:sitting_id>/joint/", layers.sitting_joint, name="sitting-joint"
    ),
    path("watch/<slug:kind>/<uuid:thing_id>/", watch.watch, name="watch"),
]
