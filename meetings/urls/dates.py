"""Addresses of how a day is found: the year, date polls, requests, emergencies."""

from django.urls import path

from meetings.views import emergency, polls, sitting_requests, year

urlpatterns = [
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
    path("emergency/", emergency.emergency_start, name="emergency-start"),
    path("cases/<uuid:case_id>/emergency/", emergency.emergency, name="emergency"),
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
