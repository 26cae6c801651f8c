"""Words beside the minutes: a body's 定型文, and everybody's own note."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings import phrases
from meetings.forms.notes import NoteForm
from meetings.forms.phrases import PhrasesForm
from meetings.selectors.notes import own_note
from meetings.selectors.room import item_named
from meetings.selectors.year import convened_body
from meetings.services import notes as note_services
from meetings.services import phrases as services
from members.http import MemberRequest, signed_in
from portal.core.acting import form_page, press
from portal.core.errors import InvalidError, RefusedError


@require_http_methods(["GET", "POST"])
@signed_in
def phrase_list(request: MemberRequest, body_id: UUID) -> HttpResponse:
    """The phrases that the scribes of a body are offered."""
    body, _access = convened_body(request.actor, body_id)
    form = PhrasesForm(request.POST or None, phrases=phrases.phrases_of(body))
    if form.is_valid() and press(
        request,
        lambda: services.set_phrases(
            actor=request.actor, body=body, phrases=form.phrases
        ),
        _("定型文を保存しました。会議室を開き直すと使えます。"),
    ):
        return redirect("meetings:phrase-list", body_id)
    return form_page(request, form, "meetings/phrase_list.html", {"body": body})


@require_http_methods(["GET", "POST"])
@signed_in
def item_note(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """One's own note on an item that one may follow: read it, keep it."""
    item = item_named(item_id)
    note_services.require_follower(request.actor, item)
    if request.method == "GET":
        note = own_note(request.actor, item)
        return JsonResponse({"text": note.text, "revision": note.revision})
    form = NoteForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"message": _("メモを保存できませんでした。")}, status=422)
    try:
        kept = note_services.save_note(
            actor=request.actor, item=item, **form.cleaned_data
        )
    except (InvalidError, RefusedError) as error:
        return JsonResponse({"message": str(error)}, status=422)
    answer = {"text": kept.text, "revision": kept.revision}
    return JsonResponse(answer, status=409 if kept.behind else 200)
