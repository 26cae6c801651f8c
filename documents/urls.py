"""Addresses of documents."""

from django.urls import path

from documents.views import (
    disclosure,
    gate,
    guide,
    heads,
    incident,
    mixups,
    papers,
    requests,
    review,
    uploads,
)

app_name = "documents"
urlpatterns = [
    path("g/", gate.gate, name="gate"),
    path("g/card/", gate.card, name="gate-card"),
    path("guide/", guide.member_guide, name="member-guide"),
    path("guide/sheet.pdf", guide.member_guide_pdf, name="member-guide-pdf"),
    path("had/", disclosure.had_find, name="had-find"),
    path("had/paper/<uuid:paper_id>/", disclosure.had_paper, name="had-paper"),
    path("had/case/<uuid:case_id>/", disclosure.had_case, name="had-case"),
    path("had/person/<uuid:person_id>/", disclosure.had_person, name="had-person"),
    path("had/heads/", heads.heads_view, name="heads"),
    path("had/incident/", incident.incident_view, name="incident"),
    path("had/review/case/<uuid:case_id>/", review.review_case, name="review-case"),
    path(
        "had/review/agency/<uuid:organization_id>/",
        review.review_organization,
        name="review-agency",
    ),
    path("g/again/", gate.wish, name="gate-wish"),
    path("g/notice/", gate.notice, name="gate-notice"),
    path("g/manual/", gate.manual, name="gate-manual"),
    path("g/passkey/", gate.passkey, name="gate-passkey"),
    path("g/passkey/question/", gate.passkey_question, name="gate-passkey-question"),
    path("g/code/<slug:way_name>/", gate.code, name="gate-code"),
    path("papers/<uuid:held_id>/second-look/", mixups.second_look, name="second-look"),
    path("papers/<uuid:version_id>/", papers.version_view, name="version-view"),
    path(
        "papers/<uuid:version_id>/<int:page>/", papers.version_view, name="version-page"
    ),
    path(
        "papers/<uuid:version_id>/<int:page>/image",
        papers.page_image,
        name="page-image",
    ),
    path(
        "papers/<uuid:version_id>/<int:page>/thumbnail",
        papers.page_thumbnail,
        name="page-thumbnail",
    ),
    path("papers/<uuid:version_id>/pages/", papers.version_pages, name="version-pages"),
    path("papers/<uuid:version_id>/copy", papers.version_copy, name="version-copy"),
    path(
        "papers/<uuid:version_id>/rendition",
        papers.rendition_ask,
        name="rendition-ask",
    ),
    path(
        "papers/<uuid:version_id>/download",
        papers.version_download,
        name="version-download",
    ),
    path("reply/<uuid:request_id>/", requests.reply, name="reply"),
    path(
        "reply/<uuid:request_id>/uploads/<uuid:key>/",
        uploads.reply_part,
        name="reply-part",
    ),
]
