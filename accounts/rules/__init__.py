"""Pure rules of people and organisations: values in, findings out; no rows, no clock.

``uscc`` code and check character · ``names`` comparison · ``identity`` keyed marks of identity numbers ·
``records`` validity and at-most rules · ``registration`` completeness · ``defects`` one complete list ·
``duties`` separation of duties · ``mandates`` what both sides sign · ``notices`` the notification matrix ·
``papers`` uploaded files.
"""

from accounts.rules.defects import Defect, PastReview, flag_missed
from accounts.rules.duties import DUTY_ROWS, Assignment, DutyRow, Match, Origin, duties_conflicts
from accounts.rules.identity import IdentityMark, identity_mark
from accounts.rules.mandates import MandateFacts, mandate_body, mandate_covers, mandate_findings
from accounts.rules.names import name_key, same_name, tidy
from accounts.rules.notices import EventRule, Text, matrix_parse, text_render, texts_parse
from accounts.rules.papers import paper_findings, paper_name
from accounts.rules.records import AT_MOST, RecordFacts, covers, days_left, record_findings
from accounts.rules.registration import (
    AccountFacts,
    RegistrationFacts,
    account_findings,
    kinds_findings,
    registration_findings,
    roles_findings,
)
from accounts.rules.signed import check_event_body, event_id, signed_by
from accounts.rules.uscc import uscc_check_character, uscc_findings, uscc_normalise

__all__ = [
    "AT_MOST",
    "DUTY_ROWS",
    "AccountFacts",
    "Assignment",
    "Defect",
    "DutyRow",
    "EventRule",
    "IdentityMark",
    "MandateFacts",
    "Match",
    "Origin",
    "PastReview",
    "RecordFacts",
    "RegistrationFacts",
    "Text",
    "account_findings",
    "check_event_body",
    "covers",
    "days_left",
    "duties_conflicts",
    "event_id",
    "flag_missed",
    "identity_mark",
    "kinds_findings",
    "mandate_body",
    "mandate_covers",
    "mandate_findings",
    "matrix_parse",
    "name_key",
    "paper_findings",
    "paper_name",
    "record_findings",
    "registration_findings",
    "roles_findings",
    "same_name",
    "signed_by",
    "text_render",
    "texts_parse",
    "tidy",
    "uscc_check_character",
    "uscc_findings",
    "uscc_normalise",
]
