"""Addresses of people, duty and cases."""

from django.urls import path

from members.views import cases, duty, people, sign_in

app_name = "members"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/factor/", sign_in.factor, name="factor"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("step-up/", sign_in.step_up, name="step-up"),
    path("pledge/", duty.pledge, name="pledge"),
    path("cases/", cases.case_list, name="case-list"),
    path("cases/new/", cases.case_create, name="case-create"),
    path("cases/<uuid:case_id>/", cases.case_detail, name="case-detail"),
    path("cases/<uuid:case_id>/select/", cases.member_select, name="member-select"),
    path(
        "cases/<uuid:case_id>/members/<int:membership_id>/end/",
        cases.membership_end,
        name="membership-end",
    ),
    path("cases/<uuid:case_id>/consent/", cases.consent_enter, name="consent-enter"),
    path(
        "cases/<uuid:case_id>/consent/<uuid:consent_id>/withdraw/",
        cases.consent_withdraw,
        name="consent-withdraw",
    ),
    path("cases/<uuid:case_id>/recusal/", cases.recusal_enter, name="recusal-enter"),
    path(
        "cases/<uuid:case_id>/step-back/",
        cases.recusal_declare,
        name="recusal-declare",
    ),
    path("people/", people.person_list, name="person-list"),
    path("people/<uuid:person_id>/card/", people.card_issue, name="card-issue"),
]
