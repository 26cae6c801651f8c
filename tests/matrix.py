"""Who gets what at every address: one row per route and method, one column per persona.

    in      sent to the sign-in page
    ack     sent to the pledge
    step    sent to the renewal of the factor
    302     sent on, the act is done or refused in words on the next page
    404     hidden: byte-equal to an address that names nothing
    405     the route does not take the method
    other   the status itself

``tests/test_matrix.py`` asks every cell, and fails for a route without a row.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from documents.models import PaperVersion
from meetings.models import (
    CalendarDay,
    CarryUp,
    Correction,
    Entry,
    Invitation,
    Minutes,
    OnlineRequest,
    Presence,
    Proxy,
    ResourceGap,
    SittingRequest,
)
from meetings.services import feeds
from members.facts import Regime, Role
from members.models import (
    Body,
    Charter,
    ExOfficio,
    Person,
    Post,
    RollImport,
    StandIn,
    Turnover,
)
from portal.core import clock
from tests import factories
from tests.cast import Cast
from tests.factories import to_sitting
from tests.meetings import asking, calling, polling
from tests.meetings.asking import meet_on_request

PERSONAS = (
    "chair",
    "secretariat",
    "clinic",
    "mail_code",  # the clinic through a link to the sitting, with the code by mail
    "newcomer",
    "leaver",
    "colleague",
    "stranger",
    "recused",
    "administrator",
    "auditor",
    "anonymous",
)

TABLE = """
#                      chai secr clin mail newc leav coll stra recu admi audi anon
[members]
sign-in           GET  200  200  200  200  200  200  200  200  200  200  200  200
sign-in           POST 422  422  422  422  422  422  422  422  422  422  422  422
factor            GET  in   in   in   in   in   in   in   in   in   in   in   in
factor            POST in   in   in   in   in   in   in   in   in   in   in   in
sign-out          GET  405  405  405  405  405  405  405  405  405  405  405  405
sign-out          POST 200  200  200  200  200  200  200  200  200  200  200  200
step-up           GET  200  200  200  200  200  200  200  200  200  200  200  in
step-up           POST 422  422  422  422  422  422  422  422  422  422  422  in
pledge            GET  302  302  302  302  200  302  302  302  302  302  302  in
pledge            POST 302  302  302  302  422  302  302  302  302  302  302  in
case-list         GET  200  200  200  200  200  200  200  200  200  200  200  in
case-list         POST 200  200  200  200  200  200  200  200  200  200  200  in
case-create       GET  200  200  404  404  404  404  404  200  404  404  404  in
case-create       POST 422  422  404  404  404  404  404  422  404  404  404  in
case-detail       GET  200  200  200  404  ack  404  404  404  404  404  404  in
case-detail       POST 200  200  200  404  ack  404  404  404  404  404  404  in
member-select     GET  200  200  404  404  ack  404  404  404  404  404  404  in
member-select     POST 422  422  404  404  ack  404  404  404  404  404  404  in
membership-end    GET  405  405  405  405  405  405  405  405  405  405  405  405
membership-end    POST 302  302  404  404  ack  404  404  404  404  404  404  in
consent-enter     GET  200  200  404  404  ack  404  404  404  404  404  404  in
consent-enter     POST 422  422  404  404  ack  404  404  404  404  404  404  in
consent-withdraw  GET  200  200  404  404  ack  404  404  404  404  404  404  in
consent-withdraw  POST 302  302  404  404  ack  404  404  404  404  404  404  in
recusal-enter     GET  200  200  404  404  ack  404  404  404  404  404  404  in
recusal-enter     POST 422  422  404  404  ack  404  404  404  404  404  404  in
recusal-declare   GET  404  404  200  404  ack  404  404  404  404  404  404  in
recusal-declare   POST 404  404  302  404  ack  404  404  404  404  404  404  in
person-list       GET  200  200  404  404  404  404  404  200  404  404  404  in
person-list       POST 200  200  404  404  404  404  404  200  404  404  404  in
card-issue        GET  200  200  404  404  404  404  404  404  404  404  404  in
card-issue        POST 200  200  404  404  404  404  404  404  404  404  404  in
body-list         GET  200  200  404  404  404  404  404  200  404  404  404  in
body-list         POST 200  200  404  404  404  404  404  200  404  404  404  in
body-create       GET  200  200  404  404  404  404  404  200  404  200  404  in
body-create       POST 422  422  404  404  404  404  404  422  404  422  404  in
body-detail       GET  200  200  404  404  404  404  404  404  404  404  404  in
body-detail       POST 200  200  404  404  404  404  404  404  404  404  404  in
rules-edit        GET  200  200  404  404  404  404  404  404  404  404  404  in
rules-edit        POST 422  422  404  404  404  404  404  404  404  404  404  in
rules-withdraw    GET  200  200  404  404  404  404  404  404  404  404  404  in
rules-withdraw    POST 302  302  404  404  404  404  404  404  404  404  404  in
basis-edit        GET  200  200  404  404  404  404  404  404  404  404  404  in
basis-edit        POST 422  422  404  404  404  404  404  404  404  404  404  in
basis-end         GET  200  200  404  404  404  404  404  404  404  404  404  in
basis-end         POST 422  422  404  404  404  404  404  404  404  404  404  in
body-end          GET  200  200  404  404  404  404  404  404  404  404  404  in
body-end          POST 422  422  404  404  404  404  404  404  404  404  404  in
stand-ins         GET  200  200  404  404  404  404  404  404  404  404  404  in
stand-ins         POST 200  200  404  404  404  404  404  404  404  404  404  in
stand-in-designate GET 200  200  404  404  404  404  404  404  404  404  404  in
stand-in-designate POST 422 422  404  404  404  404  404  404  404  404  404  in
stand-in-end      GET  405  405  405  405  405  405  405  405  405  405  405  405
stand-in-end      POST 302  302  404  404  404  404  404  404  404  404  404  in
chair-hand-over   GET  200  200  404  404  404  404  404  404  404  404  404  in
chair-hand-over   POST 422  422  404  404  404  404  404  404  404  404  404  in
body-people       GET  200  200  404  404  404  404  404  404  404  404  404  in
body-people       POST 200  200  404  404  404  404  404  404  404  404  404  in
office-give       GET  200  200  404  404  404  404  404  404  404  404  404  in
office-give       POST 422  422  404  404  404  404  404  404  404  404  404  in
office-end        GET  200  200  404  404  404  404  404  404  404  404  404  in
office-end        POST 422  422  404  404  404  404  404  404  404  404  404  in
commission-make   GET  200  200  404  404  404  404  404  404  404  404  404  in
commission-make   POST 422  422  404  404  404  404  404  404  404  404  404  in
commission-end    GET  200  200  404  404  404  404  404  404  404  404  404  in
commission-end    POST 422  422  404  404  404  404  404  404  404  404  404  in
[documents]
gate              GET  200  200  200  200  200  200  200  200  200  200  200  200
gate              POST 404  404  404  404  404  404  404  404  404  404  404  404
gate-card         GET  200  200  200  200  200  200  200  200  200  200  200  200
gate-card         POST 422  422  422  422  422  422  422  422  422  422  422  422
gate-notice       GET  404  404  404  302  404  404  404  404  404  404  404  404
gate-notice       POST 404  404  404  302  404  404  404  404  404  404  404  404
gate-code         GET  404  404  404  302  404  404  404  404  404  404  404  404
gate-code         POST 404  404  404  302  404  404  404  404  404  404  404  404
version-view      GET  200  200  200  step 404  404  404  404  404  404  404  in
version-view      POST 405  405  405  405  405  405  405  405  405  405  405  405
version-page      GET  200  200  200  step 404  404  404  404  404  404  404  in
version-page      POST 405  405  405  405  405  405  405  405  405  405  405  405
page-image        GET  200  200  200  step 404  404  404  404  404  404  404  in
page-image        POST 405  405  405  405  405  405  405  405  405  405  405  405
version-download  GET  200  200  200  step 404  404  404  404  404  404  404  in
version-download  POST 405  405  405  405  405  405  405  405  405  405  405  405
reply             GET  200  200  404  404  404  404  200  404  404  404  404  in
reply             POST 422  422  404  404  404  404  422  404  404  404  404  in
[meetings]
home              GET  200  200  200  302  200  200  200  200  200  200  200  in
home              POST 200  200  200  302  200  200  200  200  200  200  200  in
sitting-list      GET  200  200  200  200  200  200  200  200  200  200  200  in
sitting-list      POST 200  200  200  200  200  200  200  200  200  200  200  in
sitting-create    GET  200  200  404  404  404  404  404  200  404  404  404  in
sitting-create    POST 422  422  404  404  404  404  404  422  404  404  404  in
sitting-detail    GET  200  200  200  200  200  200  404  404  200  404  404  in
sitting-detail    POST 200  200  200  200  200  200  404  404  200  404  404  in
agenda-print      GET  200  200  200  step ack  404  404  404  404  404  404  in
agenda-print      POST 200  200  200  step ack  404  404  404  404  404  404  in
agenda-word       GET  200  200  200  step ack  404  404  404  404  404  404  in
agenda-word       POST 200  200  200  step ack  404  404  404  404  404  404  in
agenda-arrange    GET  405  405  405  405  405  405  405  405  405  405  405  405
agenda-arrange    POST 302  302  404  404  404  404  404  404  404  404  404  in
agenda-frame      GET  200  200  404  404  404  404  404  404  404  404  404  in
agenda-frame      POST 422  422  404  404  404  404  404  404  404  404  404  in
report-add        GET  405  405  405  405  405  405  405  405  405  405  405  405
report-add        POST 302  302  404  404  404  404  404  404  404  404  404  in
sitting-answer    GET  200  200  200  200  200  200  404  404  200  404  404  in
sitting-answer    POST 422  422  422  422  422  422  404  404  422  404  404  in
sitting-edit      GET  200  200  404  404  404  404  404  404  404  404  404  in
sitting-edit      POST 422  422  404  404  404  404  404  404  404  404  404  in
sitting-submit    GET  405  405  405  405  405  405  405  405  405  405  405  405
sitting-submit    POST 302  302  404  404  404  404  404  404  404  404  404  in
sitting-approve   GET  302  404  404  404  404  404  404  404  404  404  404  in
sitting-approve   POST 302  404  404  404  404  404  404  404  404  404  404  in
sitting-return    GET  200  200  404  404  404  404  404  404  404  404  404  in
sitting-return    POST 422  422  404  404  404  404  404  404  404  404  404  in
sitting-take-back GET  405  405  405  405  405  405  405  405  405  405  405  405
sitting-take-back POST 302  302  404  404  404  404  404  404  404  404  404  in
sitting-cancel    GET  200  200  404  404  404  404  404  404  404  404  404  in
sitting-cancel    POST 302  302  404  404  404  404  404  404  404  404  404  in
item-create       GET  200  200  404  404  404  404  404  404  404  404  404  in
item-create       POST 422  422  404  404  404  404  404  404  404  404  404  in
item-edit         GET  200  200  404  404  404  404  404  404  404  404  404  in
item-edit         POST 422  422  404  404  404  404  404  404  404  404  404  in
item-carry        GET  200  200  404  404  404  404  404  404  404  404  404  in
item-carry        POST 422  422  404  404  404  404  404  404  404  404  404  in
item-remove       GET  200  200  404  404  404  404  404  404  404  404  404  in
item-remove       POST 200  200  404  404  404  404  404  404  404  404  404  in
item-people       GET  200  200  404  404  404  404  404  404  404  404  404  in
item-people       POST 302  302  404  404  404  404  404  404  404  404  404  in
invitation-board  GET  200  200  404  404  404  404  404  404  404  404  404  in
invitation-board  POST 200  200  404  404  404  404  404  404  404  404  404  in
invitation-remind GET  405  405  405  405  405  405  405  405  405  405  405  405
invitation-remind POST 302  302  404  404  404  404  404  404  404  404  404  in
invitation-send   GET  405  405  405  405  405  405  405  405  405  405  405  405
invitation-send   POST 302  302  404  404  404  404  404  404  404  404  404  in
invitation-letter GET  200  200  404  404  404  404  404  404  404  404  404  in
invitation-letter POST 200  200  404  404  404  404  404  404  404  404  404  in
invitation-stop   GET  405  405  405  405  405  405  405  405  405  405  405  405
invitation-stop   POST 302  302  404  404  404  404  404  404  404  404  404  in
invitation-unlock GET  405  405  405  405  405  405  405  405  405  405  405  405
invitation-unlock POST 302  302  404  404  404  404  404  404  404  404  404  in
invitation-answer GET  200  200  404  404  404  404  404  404  404  404  404  in
invitation-answer POST 422  422  404  404  404  404  404  404  404  404  404  in
paper-upload      GET  200  200  200  step ack  404  404  404  404  404  404  in
paper-upload      POST 422  422  422  step ack  404  404  404  404  404  404  in
paper-release     GET  200  200  404  step ack  404  404  404  404  404  404  in
paper-release     POST 422  422  404  step ack  404  404  404  404  404  404  in
paper-replace     GET  200  200  404  step ack  404  404  404  404  404  404  in
paper-replace     POST 422  422  404  step ack  404  404  404  404  404  404  in
paper-recall      GET  200  200  404  step ack  404  404  404  404  404  404  in
paper-recall      POST 302  302  404  step ack  404  404  404  404  404  404  in
record-detail     GET  200  200  200  step ack  404  404  404  404  404  404  in
record-detail     POST 200  200  200  step ack  404  404  404  404  404  404  in
sitting-record    GET  404  404  404  404  404  404  404  404  404  404  404  in
sitting-record    POST 404  404  404  404  404  404  404  404  404  404  404  in
item-public       GET  404  404  404  404  404  404  404  404  404  404  404  in
item-public       POST 404  404  404  404  404  404  404  404  404  404  404  in
record-start      GET  200  200  404  404  404  404  404  404  404  404  404  in
record-start      POST 422  422  404  404  404  404  404  404  404  404  404  in
record-confirm    GET  405  405  405  405  405  405  405  405  405  405  405  405
record-confirm    POST 409  404  409  step 404  404  404  404  404  404  404  in
correction-ask    GET  405  405  405  405  405  405  405  405  405  405  405  405
correction-ask    POST 422  422  422  step ack  404  404  404  404  404  404  in
correction-answer GET  405  405  405  405  405  405  405  405  405  405  405  405
correction-answer POST 422  422  404  404  404  404  404  404  404  404  404  in
room              GET  200  200  200  200  200  200  404  404  200  404  404  in
room              POST 200  200  200  200  200  200  404  404  200  404  404  in
room-check-in     GET  405  405  405  405  405  405  405  405  405  405  405  405
room-check-in     POST 302  302  302  302  302  302  404  404  302  404  404  in
room-close        GET  405  405  405  405  405  405  405  405  405  405  405  405
room-close        POST 302  302  404  404  404  404  404  404  404  404  404  in
room-item         GET  405  405  405  405  405  405  405  405  405  405  405  405
room-item         POST 302  302  404  404  404  404  404  404  404  404  404  in
live-since        GET  200  200  200  200  200  200  404  404  200  404  404  in
live-since        POST 405  405  405  405  405  405  405  405  405  405  405  405
live-operation    GET  405  405  405  405  405  405  405  405  405  405  405  405
live-operation    POST 200  200  200  200  200  200  404  404  200  404  404  in
proxy-answer      GET  405  405  405  405  405  405  405  405  405  405  405  405
proxy-answer      POST 302  302  404  404  404  404  404  404  404  404  404  in
online-answer     GET  405  405  405  405  405  405  405  405  405  405  405  405
online-answer     POST 302  302  404  404  404  404  404  404  404  404  404  in
sitting-presiding GET  200  200  404  404  404  404  404  404  404  404  404  in
sitting-presiding POST 422  422  404  404  404  404  404  404  404  404  404  in
roll-read         GET  200  200  404  404  404  404  404  200  404  404  404  in
roll-read         POST 422  422  404  404  404  404  404  422  404  404  404  in
roll-detail       GET  200  200  404  404  404  404  404  404  404  404  404  in
roll-detail       POST 422  422  404  404  404  404  404  404  404  404  404  in
turnover-list     GET  200  200  404  404  404  404  404  200  404  404  404  in
turnover-list     POST 200  200  404  404  404  404  404  200  404  404  404  in
turnover-create   GET  200  200  404  404  404  404  404  200  404  404  404  in
turnover-create   POST 422  422  404  404  404  404  404  422  404  404  404  in
post-place        GET  200  200  404  404  404  404  404  200  404  404  404  in
post-place        POST 422  422  404  404  404  404  404  422  404  404  404  in
turnover-settle   GET  405  405  405  405  405  405  405  405  405  405  405  405
turnover-settle   POST 302  302  404  404  404  404  404  404  404  404  404  in
call-list         GET  200  200  200  200  200  200  200  200  200  200  200  in
call-list         POST 200  200  200  200  200  200  200  200  200  200  200  in
call-create       GET  200  200  404  404  404  404  404  200  404  404  404  in
call-create       POST 422  422  404  404  404  404  404  422  404  404  404  in
call-detail       GET  302  302  200  404  200  404  404  404  404  404  404  in
call-detail       POST 302  302  200  404  200  404  404  404  404  404  404  in
call-nothing      GET  405  405  405  405  405  405  405  405  405  405  405  405
call-nothing      POST 404  404  302  404  302  404  404  404  404  404  404  in
call-board        GET  200  200  404  404  404  404  404  404  404  404  404  in
call-board        POST 200  200  404  404  404  404  404  404  404  404  404  in
call-ask          GET  200  200  404  404  404  404  404  404  404  404  404  in
call-ask          POST 422  422  404  404  404  404  404  404  404  404  404  in
call-remind       GET  405  405  405  405  405  405  405  405  405  405  405  405
call-remind       POST 302  302  404  404  404  404  404  404  404  404  404  in
recipient-send    GET  405  405  405  405  405  405  405  405  405  405  405  405
recipient-send    POST 302  302  404  404  404  404  404  404  404  404  404  in
recipient-stop    GET  405  405  405  405  405  405  405  405  405  405  405  405
recipient-stop    POST 302  302  404  404  404  404  404  404  404  404  404  in
recipient-unlock  GET  405  405  405  405  405  405  405  405  405  405  405  405
recipient-unlock  POST 302  302  404  404  404  404  404  404  404  404  404  in
recipient-nothing GET  405  405  405  405  405  405  405  405  405  405  405  405
recipient-nothing POST 302  302  404  404  404  404  404  404  404  404  404  in
proposal-create   GET  404  404  200  404  ack  404  404  404  404  404  404  in
proposal-create   POST 404  404  422  404  ack  404  404  404  404  404  404  in
proposal-detail   GET  200  200  200  404  404  404  404  404  404  404  404  in
proposal-detail   POST 422  422  422  404  404  404  404  404  404  404  404  in
proposal-edit     GET  404  404  200  404  404  404  404  404  404  404  404  in
proposal-edit     POST 404  404  422  404  404  404  404  404  404  404  404  in
proposal-submit   GET  405  405  405  405  405  405  405  405  405  405  405  405
proposal-submit   POST 404  404  302  404  404  404  404  404  404  404  404  in
proposal-return   GET  200  200  404  404  404  404  404  404  404  404  404  in
proposal-return   POST 422  422  404  404  404  404  404  404  404  404  404  in
proposal-decline  GET  200  200  404  404  404  404  404  404  404  404  404  in
proposal-decline  POST 422  422  404  404  404  404  404  404  404  404  404  in
proposal-take     GET  200  200  404  404  404  404  404  404  404  404  404  in
proposal-take     POST 422  422  404  404  404  404  404  404  404  404  404  in
poll-list         GET  200  200  200  200  200  200  200  200  200  200  200  in
poll-list         POST 200  200  200  200  200  200  200  200  200  200  200  in
poll-create       GET  200  200  404  404  404  404  404  404  404  404  404  in
poll-create       POST 422  422  404  404  404  404  404  404  404  404  404  in
poll-detail       GET  200  200  200  404  200  404  404  404  404  404  404  in
poll-detail       POST 200  200  200  404  200  404  404  404  404  404  404  in
poll-answer       GET  404  404  200  404  200  404  404  404  404  404  404  in
poll-answer       POST 404  404  422  404  422  404  404  404  404  404  404  in
poll-remind       GET  405  405  405  405  405  405  405  405  405  405  405  405
poll-remind       POST 302  302  404  404  404  404  404  404  404  404  404  in
poll-close        GET  200  200  404  404  404  404  404  404  404  404  404  in
poll-close        POST 302  302  404  404  404  404  404  404  404  404  404  in
poll-decide       GET  200  200  404  404  404  404  404  404  404  404  404  in
poll-decide       POST 302  302  404  404  404  404  404  404  404  404  404  in
poll-enter        GET  200  200  404  404  404  404  404  404  404  404  404  in
poll-enter        POST 422  422  404  404  404  404  404  404  404  404  404  in
poll-send         GET  405  405  405  405  405  405  405  405  405  405  405  405
poll-send         POST 302  302  404  404  404  404  404  404  404  404  404  in
poll-letter       GET  200  200  404  404  404  404  404  404  404  404  404  in
poll-letter       POST 200  200  404  404  404  404  404  404  404  404  404  in
cooperation-list  GET  200  200  404  404  ack  404  404  404  404  404  404  in
cooperation-list  POST 200  200  404  404  ack  404  404  404  404  404  404  in
cooperation-create GET 200  200  404  404  ack  404  404  404  404  404  404  in
cooperation-create POST 422 422  404  404  ack  404  404  404  404  404  404  in
cooperation-detail GET 200  200  404  404  404  404  404  404  404  404  404  in
cooperation-detail POST 200 200  404  404  404  404  404  404  404  404  404  in
cooperation-remind GET 405  405  405  405  405  405  405  405  405  405  405  405
cooperation-remind POST 302 302  404  404  404  404  404  404  404  404  404  in
cooperation-extend GET 200  200  404  404  404  404  404  404  404  404  404  in
cooperation-extend POST 422 422  404  404  404  404  404  404  404  404  404  in
cooperation-withdraw GET 405 405 405  405  405  405  405  405  405  405  405  405
cooperation-withdraw POST 302 302 404 404  404  404  404  404  404  404  404  in
cooperation-letter GET 200  200  404  404  404  404  404  404  404  404  404  in
cooperation-letter POST 200 200  404  404  404  404  404  404  404  404  404  in
cooperation-card  GET  200  200  404  404  404  404  404  404  404  404  404  in
cooperation-card  POST 200  200  404  404  404  404  404  404  404  404  404  in
cooperation-use   GET  404  404  404  404  404  404  404  404  404  404  404  in
cooperation-use   POST 404  404  404  404  404  404  404  404  404  404  404  in
cooperation-convert GET 200 200  404  404  404  404  404  404  404  404  404  in
cooperation-convert POST 422 422 404  404  404  404  404  404  404  404  404  in
emergency-start   GET  200  200  404  404  404  404  404  404  404  404  404  in
emergency-start   POST 200  200  404  404  404  404  404  404  404  404  404  in
emergency         GET  200  200  404  404  ack  404  404  404  404  404  404  in
emergency         POST 422  422  404  404  ack  404  404  404  404  404  404  in
pledge-remind     GET  405  405  405  405  405  405  405  405  405  405  405  405
pledge-remind     POST 302  302  404  404  404  404  404  404  404  404  404  in
sitting-request-list GET 200 200 200  404  404  200  200  404  200  404  404  in
sitting-request-list POST 200 200 200 404  404  200  200  404  200  404  404  in
sitting-request-create GET 200 200 200 404 404  200  200  404  200  404  404  in
sitting-request-create POST 422 422 422 404 404 422  422  404  422  404  404  in
sitting-request   GET  200  200  200  404  404  404  404  404  404  404  404  in
sitting-request   POST 200  200  200  404  404  404  404  404  404  404  404  in
sitting-request-accept GET 200 200 404 404 404  404  404  404  404  404  404  in
sitting-request-accept POST 422 422 404 404 404 404  404  404  404  404  404  in
sitting-request-refuse GET 200 200 404 404 404  404  404  404  404  404  404  in
sitting-request-refuse POST 422 422 404 404 404 404  404  404  404  404  404  in
case-board        GET  200  200  404  404  404  404  404  200  404  404  404  in
case-board        POST 200  200  404  404  404  404  404  200  404  404  404  in
case-progress     GET  200  200  404  404  ack  404  404  404  404  404  404  in
case-progress     POST 200  200  404  404  ack  404  404  404  404  404  404  in
case-step         GET  405  405  405  405  405  405  405  405  405  405  405  405
case-step         POST 302  302  404  404  ack  404  404  404  404  404  404  in
case-hand-back    GET  200  200  404  404  ack  404  404  404  404  404  404  in
case-hand-back    POST 422  422  404  404  ack  404  404  404  404  404  404  in
item-outcome      GET  200  200  404  404  404  404  404  404  404  404  404  in
item-outcome      POST 422  422  404  404  404  404  404  404  404  404  404  in
item-decision     GET  200  200  404  404  404  404  404  404  404  404  404  in
item-decision     POST 422  422  404  404  404  404  404  404  404  404  404  in
item-gap          GET  200  200  404  404  404  404  404  404  404  404  404  in
item-gap          POST 422  422  404  404  404  404  404  404  404  404  404  in
item-carry-up     GET  200  200  404  404  404  404  404  404  404  404  404  in
item-carry-up     POST 422  422  404  404  404  404  404  404  404  404  404  in
gap-list          GET  200  200  404  404  404  404  404  200  404  404  404  in
gap-list          POST 200  200  404  404  404  404  404  200  404  404  404  in
gap-create        GET  200  200  404  404  404  404  404  200  404  404  404  in
gap-create        POST 422  422  404  404  404  404  404  422  404  404  404  in
gap-edit          GET  200  200  404  404  404  404  404  404  404  404  404  in
gap-edit          POST 422  422  404  404  404  404  404  404  404  404  404  in
gap-carry-up      GET  200  200  404  404  404  404  404  404  404  404  404  in
gap-carry-up      POST 422  422  404  404  404  404  404  404  404  404  404  in
carried-list      GET  200  200  404  404  404  404  404  404  404  404  404  in
carried-list      POST 200  200  404  404  404  404  404  404  404  404  404  in
carried-take      GET  200  200  404  404  404  404  404  404  404  404  404  in
carried-take      POST 422  422  404  404  404  404  404  404  404  404  404  in
carried-hand-down GET  200  200  404  404  404  404  404  404  404  404  404  in
carried-hand-down POST 422  422  404  404  404  404  404  404  404  404  404  in
sitting-joint     GET  200  200  404  404  404  404  404  404  404  404  404  in
sitting-joint     POST 422  422  404  404  404  404  404  404  404  404  404  in
year-list         GET  200  200  404  404  404  404  404  200  404  404  404  in
year-list         POST 200  200  404  404  404  404  404  200  404  404  404  in
closed-days       GET  200  200  404  404  404  404  404  200  404  404  404  in
closed-days       POST 422  422  404  404  404  404  404  422  404  404  404  in
closed-day-remove GET  405  405  405  405  405  405  405  405  405  405  405  405
closed-day-remove POST 302  302  404  404  404  404  404  302  404  404  404  in
year-detail       GET  200  200  404  404  404  404  404  404  404  404  404  in
year-detail       POST 200  200  404  404  404  404  404  404  404  404  404  in
year-plan         GET  200  200  404  404  404  404  404  404  404  404  404  in
year-plan         POST 422  422  404  404  404  404  404  404  404  404  404  in
feed              GET  200  200  200  200  200  200  200  200  200  404  404  in
feed              POST 405  405  405  405  405  405  405  405  405  405  405  405
feed-make         GET  405  405  405  405  405  405  405  405  405  405  405  405
feed-make         POST 200  200  200  step 200  200  200  200  200  404  404  in
feed-stop         GET  405  405  405  405  405  405  405  405  405  405  405  405
feed-stop         POST 302  302  302  302  302  302  302  302  302  404  404  in
feed-entries      GET  405  405  405  405  405  405  405  405  405  405  405  405
feed-entries      POST 302  302  302  302  302  302  302  302  302  404  404  in
feed-read         GET  200  200  200  200  200  200  200  200  200  200  200  200
feed-read         POST 405  405  405  405  405  405  405  405  405  405  405  405
watch             GET  204  204  204  404  404  404  404  404  404  404  404  in
watch             POST 405  405  405  405  405  405  405  405  405  405  405  405
"""

# A live socket opens for those who may see the room; what they follow in it is
# decided frame by frame.
SOCKETS = """
live/sittings/<uuid:sitting_id>/ yes yes yes yes yes yes no no yes no no no
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What each persona gets at one route by one method."""

    route: str
    method: str
    expected: dict[str, str]


def rows() -> list[Row]:
    """The table, row by row."""
    found, space = [], ""
    for line in TABLE.strip().splitlines():
        if line.startswith("#"):
            continue
        if line.startswith("["):
            space = line.strip("[]")
            continue
        route, method, *answers = line.split()
        expected = dict(zip(PERSONAS, answers, strict=True))
        found.append(Row(f"{space}:{route}", method, expected))
    return found


def sockets() -> dict[str, dict[str, str]]:
    """The sockets by their pattern: whether each persona's handshake is accepted."""
    lines = [line.split() for line in SOCKETS.strip().splitlines()]
    return {
        pattern: dict(zip(PERSONAS, answers, strict=True))
        for pattern, *answers in lines
    }


def sign_in_of(cast: Cast, persona: str) -> tuple[Person, dict[str, Any]] | None:
    """Who stands behind the persona and in what sign-in; anonymous has none."""
    if persona == "anonymous":
        return None
    if persona == "mail_code":
        return cast.clinic, {"strength": 1, "scope": to_sitting(cast.sitting)}
    return getattr(cast, persona), {"strength": 2}


def things(cast: Cast, version: PaperVersion) -> dict[str, object]:
    """What the arguments of the addresses name, by the argument's name.

    The record of the item is in its round: the clinic attended, asked for a
    correction of one entry, and is named to confirm.
    """
    now = clock.now()
    item = cast.shien_item
    for person in (cast.clinic, cast.newcomer):
        Presence.objects.create(
            person=person,
            item=item,
            starts_at=now - timedelta(minutes=5),
            ends_at=now - timedelta(minutes=1),
        )
    minutes = Minutes.objects.create(
        item=item,
        state=Minutes.State.ROUND,
        version=1,
        circulated_at=now,
        due_on=clock.today(),
    )
    entry = Entry.objects.create(
        item=item,
        order=1,
        kind=Entry.Kind.DECISION,
        text="訪問を続ける。",
        revision=1,
        created_by=cast.secretariat,
        created_at=now,
        changed_at=now,
    )
    correction = Correction.objects.create(
        minutes=minutes, entry=entry, person=cast.clinic, text="月2回に", at=now
    )
    invited = Invitation.objects.get(sitting=cast.sitting, person=cast.clinic)
    Proxy.objects.create(invitation=invited, name="清水 陽子", named_at=now)
    OnlineRequest.objects.create(invitation=invited, place="相談室", asked_at=now)
    mother = cast.case.household.all()[0]
    return {
        "case_id": cast.case.id,
        "membership_id": cast.case.memberships.get(person=cast.clinic).id,
        "consent_id": mother.consents.get().id,
        "person_id": cast.colleague.id,
        "body_id": cast.shien.id,
        "stand_in_id": StandIn.objects.create(
            body=cast.shien,
            person=cast.clinic,
            designated_by="市長",
            designated_on=clock.today(),
            starts_at=now,
        ).pk,
        **_charter(cast),
        "sitting_id": cast.sitting.id,
        "invitation_id": Invitation.objects.get(
            sitting=cast.sitting, person=cast.clinic
        ).id,
        "item_id": item.id,
        "version_id": version.id,
        "page": 1,
        "entry_id": entry.id,
        "correction_id": correction.id,
        "turnover_id": _turnover(cast).id,
        **_call(cast),
        **_poll(cast),
        **_closed_day(cast),
        **_asked(cast),
        "roll_id": RollImport.objects.create(
            body=cast.shien, entered_by=cast.secretariat, at=now
        ).id,
        **_layers(cast),
        "kind": "case",
        "thing_id": cast.case.id,
        "act": "close",
        "way_name": "mail",
        "secret": _feed(cast),
    }


def _charter(cast: Cast) -> dict[str, object]:
    """Rules that begin tomorrow, and a basis, an office and a term of the body."""
    body = cast.shien
    charter = Charter.usual(body)
    charter.starts_at = clock.now() + timedelta(days=1)
    charter.decided_by, charter.decided_on = "市長決裁", clock.today()
    charter.save()
    return {
        "charter_id": charter.pk,
        "basis_id": body.legal_bases.get().pk,
        "office_id": body.offices.get(person=cast.secretariat).pk,
        "commission_id": body.commissions.get(person=cast.clinic).pk,
    }


def _feed(cast: Cast) -> str:
    """The secret of the address from which the clinic's calendar reads."""
    address = feeds.make_feed(actor=factories.sign_in(cast.clinic))
    return address.rpartition("/")[2].removesuffix(".ics")


def _turnover(cast: Cast) -> Turnover:
    """The chair's post, vacant from today on."""
    post = Post.objects.create(organization=cast.chair.organization, name="課長")
    ExOfficio.objects.create(
        body=cast.shien, post=post, part="head", starts_at=clock.now()
    )
    turnover = Turnover.objects.create(
        day=clock.today(),
        decided_by="市長",
        decided_on=clock.today(),
        entered_by=cast.secretariat,
        entered_at=clock.now(),
    )
    turnover.successions.create(post=post, predecessor=cast.chair)
    return turnover


def _call(cast: Cast) -> dict[str, object]:
    """An open call: the clinic has proposed something, the newcomer is silent."""
    call = calling.opened(cast, cast.clinic, cast.newcomer)
    return {
        "call_id": call.id,
        "recipient_id": calling.recipient(call, cast.newcomer).id,
        "proposal_id": calling.submitted(call, cast.clinic).id,
    }


def _closed_day(cast: Cast) -> dict[str, object]:
    """A day on which the city hall is closed."""
    row = CalendarDay.objects.create(
        day=clock.today(),
        name="市制記念日",
        decided_by="条例",
        decided_on=clock.today(),
        entered_by=cast.secretariat,
        entered_at=clock.now(),
    )
    return {"day_id": row.id}


def _poll(cast: Cast) -> dict[str, object]:
    """An open poll that asks the clinic and the newcomer."""
    poll = polling.ask(cast)
    return {
        "poll_id": poll.id,
        "date_id": poll.dates.all()[0].id,
        "voter_id": polling.voter(poll, cast.clinic).id,
    }


def _asked(cast: Cast) -> dict[str, object]:
    """What the colleague is asked for, and the sitting that the clinic asks for."""
    meet_on_request(cast.shien)
    return {
        "request_id": asking.ask(cast, whom=cast.colleague).id,
        "asking_id": SittingRequest.objects.create(
            body=cast.shien,
            asked_by=cast.clinic,
            entered_by=cast.clinic,
            asked_at=clock.now(),
            reason="役割が決まらないため",
        ).id,
    }


def _layers(cast: Cast) -> dict[str, object]:
    """A parent over the 支援会議: the case has gone up, a gap that touches it not."""
    parent = factories.body(Regime.SHIEN, unit=None, name="市全体の支援会議")
    for person, role in (
        (cast.chair, Role.CHAIR),
        (cast.secretariat, Role.SECRETARIAT),
    ):
        factories.office(person, role, parent)
        factories.commission(person, parent)
    Body.objects.filter(pk=cast.shien.pk).update(parent=parent)
    made = {"carried_by": cast.secretariat, "carried_at": clock.now()}
    carried = CarryUp.objects.create(
        body=parent,
        child=cast.shien,
        source=cast.shien_item,
        case=cast.case,
        occasion="sharing",
        title="見守りの分担について",
        **made,
    )
    gap = ResourceGap.objects.create(
        body=cast.shien,
        item=cast.shien_item,
        field="place",
        words="母と長男が過ごせる場所",
        raised_by=cast.secretariat,
        raised_at=clock.now(),
    )
    return {"carried_id": carried.id, "gap_id": gap.id}


def unknown(arguments: dict[str, object]) -> dict[str, object]:
    """The same address with names of nothing."""
    nothing = {UUID: UUID(int=404), int: 404_404, str: None}
    return {name: nothing[type(value)] or value for name, value in arguments.items()}
