"""Addresses of one paper on the desk, and of what became of papers."""

from django.urls import path

from meetings.views import paper_desk, retrievals

urlpatterns = [
    path("items/<uuid:item_id>/papers/kept/", paper_desk.paper_kept, name="paper-kept"),
    path("papers/<uuid:paper_id>/edit/", paper_desk.paper_edit, name="paper-edit"),
    path(
        "papers/<uuid:paper_id>/unlist/", paper_desk.paper_unlist, name="paper-unlist"
    ),
    path(
        "papers/<uuid:paper_id>/history/",
        paper_desk.paper_history,
        name="paper-history",
    ),
    path("papers/<uuid:paper_id>/show/", paper_desk.paper_show, name="paper-show"),
    path(
        "sittings/<uuid:sitting_id>/retrieval/",
        retrievals.retrieval,
        name="retrieval",
    ),
    path(
        "retrievals/<uuid:ask_id>/", retrievals.retrieval_asked, name="retrieval-asked"
    ),
    path(
        "items/<uuid:item_id>/retrievals/",
        retrievals.retrieval_board,
        name="retrieval-board",
    ),
    path(
        "items/<uuid:item_id>/retrievals/ask/",
        retrievals.retrieval_ask,
        name="retrieval-ask",
    ),
]
