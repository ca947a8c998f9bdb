"""Which pages there are and where each is looked at: every name of the URL table stands in exactly one of these.

`MARKET` is walked role by role in `test_every_page`; `RARE` is built for the purpose in `test_rare_pages`,
`test_guarded_pages` and `test_second_person_pages`; `WALK` is what only a tender
under way shows, looked at in `test_whole_tender`, `DEPOSITS` in `test_deposit_journey`, `PANEL` in
`test_panel_journey`, `RESULTS` in `test_result_journey`; `NO_PAGE` is none. There is no fifth kind: a page nobody looks at.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Round:
    """Where somebody begins, and the pages this person is led to that nobody before was."""

    starts: tuple[str, ...]
    views: frozenset[str]


def words(text):
    """The names in a text."""
    return frozenset(text.split())


PUBLIC = Round(
    (
        *("/", "/openings", "/account/login/", "/account/inactive/", "/account/confirm-email/"),
        *("/account/password/reset/done/", "/account/password/reset/key/done/"),
    ),
    words(
        """account_login account_signup account_reset_password account_inactive account_email_verification_sent
        account_reset_password_done account_reset_password_from_key_done
        portal:home portal:openings portal:notice portal:notice-version portal:opening portal:receipt-check
        portal:receipt portal:verify portal:ledger portal:checkpoints portal:guide-verify portal:promises
        portal:accessibility bidding:hall bidding:hall-wall"""
    ),
)
OWNER = Round(
    (
        *("/account/", "/projects/", "/account/logout/", "/account/reauthenticate/", "/hall/"),
        *("/account/2fa/webauthn/", "/account/2fa/recovery-codes/generate/"),
        "/account/organisation/hand-in/",
    ),
    words(
        """account_logout account_reauthenticate account_change_password account_email mfa_index mfa_list_webauthn
        mfa_generate_recovery_codes accounts:home accounts:asked accounts:follow accounts:following
        accounts:messages accounts:register accounts:organisation accounts:part
        accounts:hand-in accounts:papers accounts:paper-add accounts:members accounts:member accounts:member-end
        accounts:invite accounts:mandates accounts:mandate-new accounts:keys accounts:key-new accounts:key-lost
        accounts:key-retire accounts:key-certificate trading:desk trading:project trading:project-new
        trading:tender trading:tender-new trading:sheet trading:mandate trading:lot trading:lot-new trading:method trading:bill
        trading:opening trading:seat-offer trading:seats trading:absences trading:documents trading:check
        trading:media trading:meetings trading:clarifications trading:objection trading:addenda
        trading:addendum-new trading:postpone trading:suspend trading:resume trading:cancel bidding:hall-today
        bidding:hall-chair bidding:hall-roll bidding:hall-security bidding:hall-keep"""
    ),
)
BIDDER = Round(
    ("/bids/",),
    words(
        """bidding:desk bidding:tender bidding:ask bidding:object bidding:seal bidding:rehearse bidding:import
        bidding:withdraw bidding:receipt bidding:own-opening bidding:changes bidding:hall-mine
        bidding:annual"""
    ),
)
PAYER = Round(("/bids/",), words("bidding:deposit bidding:deposit-slip bidding:deposit-guarantee"))
OFFICER = Round(("/seats/", "/hall/"), words("trading:seat bidding:hall-officer"))
SUPERVISOR = Round(
    (
        "/supervised/",
        "/account/desk/keys/",
        "/account/sessions/",
        "/pool/numbers/",
        "/pool/leads/",
        "/pool/panels/",
    ),
    words(
        """trading:supervised trading:order accounts:desk-keys accounts:sessions bidding:hall-notes
        experts:supervised experts:leads experts:rate-panels"""
    ),
)
INTAKE = Round(
    ("/account/desk/", "/account/desk/keys/", "/projects/intake/"),
    words("accounts:desk accounts:registrar trading:intake"),
)
FINANCE = Round(
    ("/security/", "/security/files/"),
    words(
        """bidding:security-desk bidding:security-import bidding:security-line
        bidding:security-guarantees bidding:security-guarantee bidding:security-refunds bidding:security-list
        bidding:security-payee bidding:security-books bidding:security-accounts"""
    ),
)
POOL = Round(
    ("/pool/", "/pool/import/"),
    words(
        "experts:pool experts:new experts:import experts:record experts:edit experts:act experts:proposals"
    ),
)
EXPERT = Round(("/pool/me/", "/invitations/"), words("experts:own experts:invitations experts:interests"))
MARKET = {
    "": PUBLIC,
    "owner": OWNER,
    "bidder": BIDDER,
    "bidder-in-doubt": PAYER,
    "officer_body": OFFICER,
    "supervisor": SUPERVISOR,
    "intake": INTAKE,
    "finance-maker": FINANCE,
    "pool-keeper": POOL,
    "expert": EXPERT,
}
VARIED = frozenset(
    """portal:notice portal:opening trading:tender trading:opening bidding:tender bidding:hall
    bidding:hall-chair accounts:home""".split()  # noqa: SIM905
)
"""Pages that read differently in every state: one of each state is looked at."""

RARE = {
    "desk": words(
        """accounts:review accounts:key-certify accounts:key-refuse accounts:loss-sign accounts:loss-refuse"""
    ),
    "member": words(
        "accounts:mandate-accept accounts:mandate-end accounts:join mfa_activate_totp mfa_add_webauthn"
    ),
    "owner": words(
        "trading:publish trading:question trading:addendum trading:addendum-sign trading:proposal"
    ),
    "hall": words("bidding:hall-attribute bidding:hall-sign"),
    "mail": words("account_confirm_email account_reset_password_from_key"),
    "without a password": words("account_set_password"),
    "code app": words("mfa_view_recovery_codes mfa_deactivate_totp mfa_reauthenticate mfa_authenticate"),
    "passkey": words("mfa_edit_webauthn mfa_remove_webauthn mfa_reauthenticate_webauthn"),
    "papers": words("accounts:paper-end"),
    "returned": words("trading:project-correct"),
    "second person of finance": words("bidding:security-decide"),
    "drawn expert": words("experts:gateway"),
    "lead": words("experts:lead"),
    "rated panel": words("experts:rate-panel experts:rating-reply"),
    "second person of the owner": words("bidding:hall-keep-decide"),
    "naming": words("experts:draw-naming"),
    "named again": words("experts:draw-further"),
    "own member replaced": words("experts:panel-own-replace"),
    "draw": words(
        """experts:draws experts:draw-request experts:draw-exclusions experts:draw-begin experts:draw-officers
        experts:draw-prepare experts:draw-sign experts:draw-postpone experts:draw experts:draw-stalled experts:draw-exchange
        portal:draw"""
    ),
}
"""What neither the market nor a link of it shows: a question, a loss, a mandate under way, a cause to be decided, what
stands behind a mailed link or a second factor, what waits for a second person."""

WALK = words(
    """trading:intake-review trading:seat-key trading:seat-certify bidding:hall-reader bidding:hall-record"""
)
"""Looked at on the way through a whole tender."""

DRAWS = words(
    "experts:draw-contribute experts:draw-officer experts:draw-key experts:draw-certify experts:draw-seats"
)
"""Looked at on the way of a draw from its officers' keys to its rounds, in ``test_draw_rounds`` and ``test_draw_seats``."""

DEPOSITS = words(
    """bidding:hall-payers bidding:hall-outcome bidding:hall-award bidding:hall-contract bidding:hall-extend
    bidding:hall-refusal bidding:validity"""
)
"""Looked at on the way of a deposit from its slip to its refund, in ``test_deposit_journey``."""

PANEL = words(
    """experts:panels experts:panel experts:panel-own experts:panel-sign-in experts:panel-declare experts:panel-recuse
    experts:panel-chair experts:panel-passage experts:panel-competition experts:panel-door experts:panel-at-door experts:panel-process
    experts:panel-compare experts:panel-bid experts:panel-reject experts:panel-ask experts:panel-read
    experts:panel-take-back experts:panel-question experts:panel-blind"""
)
"""Looked at on the way of a panel from its reveal to its scores, in ``test_panel_journey``."""

BLIND = words("experts:panel-blind-ask")
"""Looked at by members of a panel with blind parts (暗标), in ``test_panel_keyboard``."""

NIGHTS = words("experts:panel-rest experts:panel-rest-act")
"""Looked at around the night of a panel that rests, in ``test_resting_panel``."""
RESULTS = words(
    """bidding:hall-report bidding:hall-publicity bidding:hall-decide bidding:hall-decide-sign bidding:hall-out
    bidding:hall-out-sign bidding:hall-again bidding:hall-recheck bidding:hall-written bidding:hall-stop bidding:hall-suspend
    bidding:result bidding:result-object"""
)
"""Looked at on the way from the report to the contract, in ``test_result_journey``."""

SCORING = words(
    """experts:sheet experts:looks experts:report experts:report-make experts:report-sign experts:report-number
    experts:closing experts:time experts:recall"""
)
"""Looked at from the first mark to the report in the owner's hands, in ``test_scoring``."""

NO_PAGE = words(
    """bidding:hall-receipt bidding:hall-waive bidding:hall-suspend-lift bidding:hall-result-file
    bidding:hall-written-received bidding:hall-stop-withdraw bidding:hall-out-withdraw portal:result-letter
    accounts:acting accounts:code-check accounts:file accounts:invitation-end accounts:message-read accounts:session-close
    accounts:unfollow api:api-root api:bid_submit api:bid_withdraw api:commit api:factor_reveal api:openapi-json api:own_bids
    api:pack api:part_put api:proof api:receipt api:release api:set_object api:upload_leave api:upload_open api:upload_status bidding-live
    bidding:document bidding:hall-absent bidding:hall-answer bidding:hall-commit bidding:hall-confirm bidding:hall-end
    bidding:hall-excuse bidding:hall-few bidding:hall-figure bidding:hall-object bidding:hall-pack bidding:hall-part
    bidding:hall-pause bidding:hall-present bidding:hall-read bidding:hall-release bidding:hall-resume
    bidding:hall-seal bidding:hall-state bidding:hall-statement bidding:hall-view bidding:hall-wall-part
    bidding:question-end bidding:receipt-file bidding:take healthz log-checkpoint log-consistency log-entries
    log-inclusion log-statements log-tile mfa_download_recovery_codes portal-anchors portal-bundle portal-look
    portal-notice-file portal-policy portal-time portal:record readyz trading:absence-end trading:addendum-hand
    trading:approval-file trading:attachment trading:question-objection trading:media-file trading:postpone-withdraw trading:ready
    trading:seat-accept trading:seat-answer trading:seat-ask trading:method-begin trading:method-file
    trading:method-upload
    account_confirm_login_code mfa_login_webauthn bidding:annual-back bidding:change-file bidding:deposit-account bidding:deposit-guarantee-file bidding:deposit-annual bidding:hall-draw bidding:hall-hold
    bidding:hall-hold-lift bidding:hall-keep-file bidding:hall-nothing bidding:hall-set bidding:security-order
    bidding:security-proof experts:away experts:away-back experts:certificate-file experts:epoch-cut experts:export
    experts:draw-confirm experts:draw-evidence experts:draw-naming-decide experts:draw-further-decide experts:panel-own-decide experts:draw-part experts:draw-withdraw
    experts:draw-accept experts:draw-answer experts:draw-ask experts:draw-commit experts:draw-contribute-pack
    experts:draw-contribute-receipt experts:draw-release experts:draw-state
    experts:import-admit experts:own-epoch experts:invitation-answer experts:own-answers experts:gateway-outcome experts:interest-back experts:own-chance experts:suspension-ask experts:suspension-decide pool-epoch pool-draw-paper portal:deposit-slip-file portal:security-month-pdf portal:security-month-xlsx
    experts:panel-answer-file experts:panel-blind-answer-file experts:panel-blind-file experts:panel-fact experts:panel-fact-confirm experts:panel-file experts:panel-review experts:panel-score
    experts:panel-seal experts:panel-vote experts:sheet-keep experts:mandate-file experts:draw-naming-consent
    experts:leads-ask experts:sheet-lock experts:sheet-save experts:tie-vote experts:time-ask portal:report-file portal:sent-letter-file portal:written-file"""
)
"""A file, data, a part of a page, or a form's target that leads on."""
