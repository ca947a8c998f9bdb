"""Pages of people and organisations: read the form, call one service or selector, render."""

from accounts.views.desk import (
    desk,
    desk_keys,
    key_certify,
    key_refuse,
    loss_refuse,
    loss_sign,
    registrar,
    review,
)
from accounts.views.home import acting, home, message_read, messages, session_close, sessions
from accounts.views.keys import key_certificate, key_lost, key_new, key_retire, keys
from accounts.views.mandates import mandate_end, mandate_new, mandate_sign, mandates
from accounts.views.members import invitation_end, invite, join, member, member_end, members
from accounts.views.notes import asked, follow, following, unfollow
from accounts.views.papers import paper_add, paper_end, papers, stored_paper
from accounts.views.registration import code_check, hand_in, organisation, part, register

__all__ = [
    "acting",
    "asked",
    "code_check",
    "desk",
    "desk_keys",
    "follow",
    "following",
    "hand_in",
    "home",
    "invitation_end",
    "invite",
    "join",
    "key_certificate",
    "key_certify",
    "key_lost",
    "key_new",
    "key_refuse",
    "key_retire",
    "keys",
    "loss_refuse",
    "loss_sign",
    "mandate_end",
    "mandate_new",
    "mandate_sign",
    "mandates",
    "member",
    "member_end",
    "members",
    "message_read",
    "messages",
    "organisation",
    "paper_add",
    "paper_end",
    "papers",
    "part",
    "register",
    "registrar",
    "review",
    "session_close",
    "sessions",
    "stored_paper",
    "unfollow",
]
