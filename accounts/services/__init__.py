"""What people do here, one file per use case; every act ends as an entry of the ledger.

A notification is not an act: it follows from one, and entries for it would let the log count who was told.
"""

from accounts.services.alarms import alarm_raise, alarms_raise
from accounts.services.changes import organisation_change_tell
from accounts.services.follows import follow_begin, follow_end, followers_notify
from accounts.services.inquiries import inquiry_log
from accounts.services.invitations import invitation_accept, invitation_send, invitation_withdraw
from accounts.services.key_requests import (
    key_loss_refuse,
    key_loss_report,
    key_loss_sign,
    key_request_certify,
    key_request_open,
    key_request_refuse,
)
from accounts.services.keys import (
    certificates_expiring_notify,
    signing_key_certificate_bind,
    signing_key_lost,
    signing_key_register,
    signing_key_retire,
)
from accounts.services.mandates import mandate_accept, mandate_grant, mandate_revoke
from accounts.services.memberships import membership_grant, membership_revoke
from accounts.services.notifications import (
    Gateway,
    GatewayFailed,
    notification_read,
    notify,
    notify_each,
    outbox_confirm,
    outbox_drain,
)
from accounts.services.organisations import (
    Contact,
    RegistrationFields,
    account_declare,
    organisation_amend,
    organisation_register,
    organisation_rename,
    organisation_submit,
)
from accounts.services.people import person_enrol, person_register
from accounts.services.records import papers_expiring_notify, record_add, record_end
from accounts.services.reviews import organisation_resume, organisation_review, organisation_suspend
from accounts.services.staff_sessions import (
    staff_session_close,
    staff_session_open,
    staff_sessions_expire,
)

__all__ = [
    "Contact",
    "Gateway",
    "GatewayFailed",
    "RegistrationFields",
    "account_declare",
    "alarm_raise",
    "alarms_raise",
    "certificates_expiring_notify",
    "follow_begin",
    "follow_end",
    "followers_notify",
    "inquiry_log",
    "invitation_accept",
    "invitation_send",
    "invitation_withdraw",
    "key_loss_refuse",
    "key_loss_report",
    "key_loss_sign",
    "key_request_certify",
    "key_request_open",
    "key_request_refuse",
    "mandate_accept",
    "mandate_grant",
    "mandate_revoke",
    "membership_grant",
    "membership_revoke",
    "notification_read",
    "notify",
    "notify_each",
    "organisation_amend",
    "organisation_change_tell",
    "organisation_register",
    "organisation_rename",
    "organisation_resume",
    "organisation_review",
    "organisation_submit",
    "organisation_suspend",
    "outbox_confirm",
    "outbox_drain",
    "papers_expiring_notify",
    "person_enrol",
    "person_register",
    "record_add",
    "record_end",
    "signing_key_certificate_bind",
    "signing_key_lost",
    "signing_key_register",
    "signing_key_retire",
    "staff_session_close",
    "staff_session_open",
    "staff_sessions_expire",
]
