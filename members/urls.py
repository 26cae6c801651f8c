"""Addresses of people, duty and cases."""

from django.urls import path

from members.views import (
    accounts,
    bodies,
    body_people,
    cases,
    duty,
    own,
    people,
    questions,
    sign_in,
    stand_ins,
)

app_name = "members"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/factor/", sign_in.factor, name="factor"),
    path("sign-in/begin/", sign_in.begin, name="begin"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("step-up/", sign_in.step_up, name="step-up"),
    path(
        "passkeys/<slug:occasion>/question/",
        questions.passkey_question,
        name="passkey-question",
    ),
    path("own/", own.own, name="own"),
    path("own/passkeys/new/", own.passkey_add, name="passkey-add"),
    path("own/apps/new/", own.app_add, name="app-add"),
    path(
        "own/<slug:sort>/<int:factor_id>/remove/",
        own.factor_remove,
        name="factor-remove",
    ),
    path("own/password/", own.password_change, name="password-change"),
    path(
        "own/sign-ins/<uuid:sign_in_id>/end/",
        own.sign_in_end,
        name="sign-in-end",
    ),
    path("own/sign-ins/end/", own.sign_ins_end, name="sign-ins-end"),
    path("pledge/", duty.pledge, name="pledge"),
    path("cases/", cases.case_list, name="case-list"),
    path("cases/new/", cases.case_create, name="case-create"),
    path("cases/<uuid:case_id>/", cases.case_detail, name="case-detail"),
    path(
        "cases/<uuid:case_id>/household/<uuid:member_id>/",
        cases.household_edit,
        name="household-edit",
    ),
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
    path("people/<uuid:person_id>/reset/", people.reset_ask, name="reset-ask"),
    path(
        "people/<uuid:person_id>/reset/withdraw/",
        people.reset_withdraw,
        name="reset-withdraw",
    ),
    path("administration/", accounts.accounts, name="accounts"),
    path(
        "administration/accounts/<uuid:account_id>/name/",
        accounts.account_name,
        name="account-name",
    ),
    path(
        "administration/accounts/<uuid:account_id>/stop/",
        accounts.account_stop,
        name="account-stop",
    ),
    path(
        "administration/accounts/<uuid:account_id>/resume/",
        accounts.account_resume,
        name="account-resume",
    ),
    path(
        "administration/resets/<uuid:reset_id>/start/",
        accounts.reset_start,
        name="reset-start",
    ),
    path("bodies/", bodies.body_list, name="body-list"),
    path("bodies/new/", bodies.body_create, name="body-create"),
    path("bodies/<uuid:body_id>/", bodies.body_detail, name="body-detail"),
    path("bodies/<uuid:body_id>/rules/", bodies.rules_edit, name="rules-edit"),
    path(
        "bodies/<uuid:body_id>/rules/<int:charter_id>/withdraw/",
        bodies.rules_withdraw,
        name="rules-withdraw",
    ),
    path("bodies/<uuid:body_id>/bases/", bodies.basis_edit, name="basis-edit"),
    path(
        "bodies/<uuid:body_id>/bases/<int:basis_id>/end/",
        bodies.basis_end,
        name="basis-end",
    ),
    path("bodies/<uuid:body_id>/end/", bodies.body_end, name="body-end"),
    path("bodies/<uuid:body_id>/stand-ins/", stand_ins.stand_in_list, name="stand-ins"),
    path(
        "bodies/<uuid:body_id>/stand-ins/new/",
        stand_ins.stand_in_designate,
        name="stand-in-designate",
    ),
    path(
        "bodies/<uuid:body_id>/stand-ins/<int:stand_in_id>/end/",
        stand_ins.stand_in_end,
        name="stand-in-end",
    ),
    path(
        "bodies/<uuid:body_id>/chair/",
        stand_ins.chair_hand_over,
        name="chair-hand-over",
    ),
    path("bodies/<uuid:body_id>/people/", body_people.body_people, name="body-people"),
    path("bodies/<uuid:body_id>/offices/", body_people.office_give, name="office-give"),
    path(
        "bodies/<uuid:body_id>/offices/<int:office_id>/end/",
        body_people.office_end,
        name="office-end",
    ),
    path(
        "bodies/<uuid:body_id>/commissions/",
        body_people.commission_make,
        name="commission-make",
    ),
    path(
        "bodies/<uuid:body_id>/commissions/<int:commission_id>/end/",
        body_people.commission_end,
        name="commission-end",
    ),
]
