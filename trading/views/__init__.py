"""Pages of owner, agency, intake desk, officers and supervisor: read the form, call one service, render."""

from trading.views.addenda import addenda, addendum, addendum_hand, addendum_new, addendum_sign
from trading.views.clarifying import attachment, clarifications, objection, question, question_objection
from trading.views.desk import desk, tender
from trading.views.drafts import bill, documents, lot, lot_new, mandate, sheet, tender_new
from trading.views.gatherings import absence_end, absences, approval_file, media, media_file, meetings
from trading.views.methods import method, method_begun, method_file, method_upload
from trading.views.moving import cancel, postpone, postpone_withdraw, resume, suspend
from trading.views.openings import opening, seat_offer
from trading.views.projects import intake, intake_review, project, project_correct, project_new
from trading.views.publishing import check, publish, ready
from trading.views.seats import seat, seat_accept, seat_answer, seat_ask, seat_certify, seat_key, seats
from trading.views.supervised import order, proposal, supervised

__all__ = [
    "absence_end",
    "absences",
    "addenda",
    "addendum",
    "addendum_hand",
    "addendum_new",
    "addendum_sign",
    "approval_file",
    "attachment",
    "bill",
    "cancel",
    "check",
    "clarifications",
    "desk",
    "documents",
    "intake",
    "intake_review",
    "lot",
    "lot_new",
    "mandate",
    "media",
    "media_file",
    "meetings",
    "method",
    "method_begun",
    "method_file",
    "method_upload",
    "objection",
    "opening",
    "order",
    "postpone",
    "postpone_withdraw",
    "project",
    "project_correct",
    "project_new",
    "proposal",
    "publish",
    "question",
    "question_objection",
    "ready",
    "resume",
    "seat",
    "seat_accept",
    "seat_answer",
    "seat_ask",
    "seat_certify",
    "seat_key",
    "seat_offer",
    "seats",
    "sheet",
    "supervised",
    "suspend",
    "tender",
    "tender_new",
]
