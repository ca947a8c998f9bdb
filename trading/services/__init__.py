"""What people do with projects, tenders and lots, one file per use case.

Each service locks, permits, checks, changes, records in the ledger, and announces, in one transaction. What
the owner signs comes from ``lot_policy_body``, ``addendum_bodies``, ``postpone_body`` and ``cancelled_body``.
"""

from trading.services.absences import absence_record, absence_remove
from trading.services.addenda import (
    LotChange,
    addendum_bodies,
    addendum_draft,
    addendum_publish,
    addendum_revise,
    addendum_submit,
)
from trading.services.attachments import Paper
from trading.services.document_add import document_add
from trading.services.lot_progress import (
    lot_fail,
    lot_mark_closed,
    lot_mark_continued,
    lot_mark_opened,
    lot_mark_opening,
    lot_mark_paused,
)
from trading.services.media_prove import media_prove
from trading.services.meetings import meeting_call
from trading.services.method_set import method_begin, method_drop, method_file_set, method_set
from trading.services.notice_publish import notice_publish
from trading.services.objections import (
    objection_answer,
    objection_raise,
    objection_withdraw,
    question_treat_as_objection,
)
from trading.services.officer_certify import officer_key_ask, officer_key_certify
from trading.services.officers import (
    officer_dryrun,
    officer_dryrun_challenge,
    officer_key_register,
    officer_seat_accept,
    officer_seat_invite,
)
from trading.services.opening_setup import OpeningFields, opening_setup_set
from trading.services.policy_body import (
    cancelled_body,
    lot_policy_body,
    officer_cert_body,
    postpone_body,
    trust_members,
)
from trading.services.postponement import tender_postpone
from trading.services.postponement_proposals import (
    body_times,
    postponement_propose,
    postponement_sign,
    postponement_withdraw,
)
from trading.services.projects import (
    Defect,
    ProjectFields,
    project_accept,
    project_register,
    project_resubmit,
    project_return,
)
from trading.services.questions import question_answer, question_ask, question_withdraw
from trading.services.reminders import reminders_send
from trading.services.suspension import tender_resume, tender_suspend
from trading.services.takers import documents_take
from trading.services.tender_cancel import tender_cancel
from trading.services.tender_draft import (
    LotFields,
    TenderFields,
    lot_add,
    lot_amend,
    override_record,
    tender_amend,
    tender_create,
    tender_ready,
    tender_revise,
)
from trading.services.tender_publish import tender_publish
from trading.services.validity_extend import validity_extend

__all__ = [
    "Defect",
    "LotChange",
    "LotFields",
    "OpeningFields",
    "Paper",
    "ProjectFields",
    "TenderFields",
    "absence_record",
    "absence_remove",
    "addendum_bodies",
    "addendum_draft",
    "addendum_publish",
    "addendum_revise",
    "addendum_submit",
    "body_times",
    "cancelled_body",
    "document_add",
    "documents_take",
    "lot_add",
    "lot_amend",
    "lot_fail",
    "lot_mark_closed",
    "lot_mark_continued",
    "lot_mark_opened",
    "lot_mark_opening",
    "lot_mark_paused",
    "lot_policy_body",
    "media_prove",
    "meeting_call",
    "method_begin",
    "method_drop",
    "method_file_set",
    "method_set",
    "notice_publish",
    "objection_answer",
    "objection_raise",
    "objection_withdraw",
    "officer_cert_body",
    "officer_dryrun",
    "officer_dryrun_challenge",
    "officer_key_ask",
    "officer_key_certify",
    "officer_key_register",
    "officer_seat_accept",
    "officer_seat_invite",
    "opening_setup_set",
    "override_record",
    "postpone_body",
    "postponement_propose",
    "postponement_sign",
    "postponement_withdraw",
    "project_accept",
    "project_register",
    "project_resubmit",
    "project_return",
    "question_answer",
    "question_ask",
    "question_treat_as_objection",
    "question_withdraw",
    "reminders_send",
    "tender_amend",
    "tender_cancel",
    "tender_create",
    "tender_postpone",
    "tender_publish",
    "tender_ready",
    "tender_resume",
    "tender_revise",
    "tender_suspend",
    "trust_members",
    "validity_extend",
]
