"""The words after a scan that found something or could not be made (R39).

They name a file by its pseudonym, so that a mailbox learns nothing.
"""

from django.utils.translation import gettext as _

from documents.models import PaperVersion
from members.facts import Role
from members.models import Person
from members.offices import offices_at
from portal.core import clock, outbox
from portal.core.wording import letter

SUBJECT = "かさね 登録されたファイルのお知らせ %(serial)s"


def tell(version: PaperVersion) -> None:
    """Tell who uploaded the version and the secretariat, neutrally."""
    infected = version.scan == PaperVersion.Scan.INFECTED
    serial = version.id.hex[:8].upper()
    subject = _(SUBJECT) % {"serial": serial}
    for person in _concerned(version):
        if person.email:
            outbox.queue(
                person=person.id,
                address=person.email,
                subject=subject,
                body=letter(person.name, _paragraphs(serial, infected=infected)),
                about=f"version:{version.id}",
            )


def _concerned(version: PaperVersion) -> list[Person]:
    secretariat = offices_at(version.paper.body, clock.now()).filter(
        role=Role.SECRETARIAT
    )
    people = {office.person.id: office.person for office in secretariat}
    return list({**people, version.uploaded_by_id: version.uploaded_by}.values())


def _paragraphs(serial: str, *, infected: bool) -> list[str]:
    if infected:
        what = _(
            "登録されたファイル(受付番号 %(serial)s)は、安全を確認できなかったため、"
            "破棄しました。ほかの人には届いていません。"
        )
        then = _(
            "お使いのパソコンのウイルス検査をしてから、作り直したファイルを"
            "登録してください。ご不明な点は、情報システムの担当にご連絡ください。"
        )
    else:
        what = _(
            "登録されたファイル(受付番号 %(serial)s)は、検査ができなかったため、"
            "開けない状態で保管しています。"
        )
        then = _("ファイルを小さく分けるか、PDFにしてから、もう一度登録してください。")
    return [what % {"serial": serial}, then]
