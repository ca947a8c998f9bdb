"""Addresses of bidders and of the hall; nothing in an address counts anything."""

from django.urls import path

from bidding.views import (
    changes,
    hall,
    hall_bidder,
    hall_chair,
    hall_desk,
    hall_officer,
    live,
    receipts,
    seal,
    tender,
)
from bidding.views.security import bidder as security_bidder
from bidding.views.security import finance, guarantees, opened, payees

app_name = "bidding"

SEAT = "hall/<str:number>/<int:lot>/"
DEPOSIT = "bids/lot/<str:number>/deposit/"
KEEP = f"{SEAT}security/keep/"

urlpatterns = [
    path("bids/", tender.desk, name="desk"),
    path("bids/t/<str:number>/", tender.tender, name="tender"),
    path("bids/t/<str:number>/take/", tender.take, name="take"),
    path("bids/t/<str:number>/ask/", tender.ask, name="ask"),
    path("bids/t/<str:number>/object/", tender.object_, name="object"),
    path("bids/t/<str:number>/questions/<uuid:question_id>/end/", tender.question_end, name="question-end"),
    path("bids/documents/<uuid:document_id>/", tender.document, name="document"),
    path("bids/lot/<str:number>/seal/", seal.seal, name="seal"),
    path("bids/lot/<str:number>/rehearse/", seal.rehearse, name="rehearse"),
    path("bids/lot/<str:number>/import/", seal.bring, name="import"),
    path("bids/lot/<str:number>/withdraw/", seal.withdraw, name="withdraw"),
    path("bids/lot/<str:number>/opening/", seal.opening, name="own-opening"),
    path(DEPOSIT, security_bidder.deposit, name="deposit"),
    path(f"{DEPOSIT}account/", security_bidder.account, name="deposit-account"),
    path(f"{DEPOSIT}slip/", security_bidder.slip, name="deposit-slip"),
    path(f"{DEPOSIT}guarantee/", security_bidder.guarantee, name="deposit-guarantee"),
    path(f"{DEPOSIT}annual/", security_bidder.annual, name="deposit-annual"),
    path("bids/annual-security/", security_bidder.year, name="annual"),
    path("bids/receipt/<str:code>/", receipts.receipt, name="receipt"),
    path("bids/receipt/<str:code>/receipt.json", receipts.receipt_file, name="receipt-file"),
    path("n/<str:number>/hall/<int:lot>", hall.hall, name="hall"),
    path("n/<str:number>/hall/<int:lot>/part", hall.hall_part, name="hall-part"),
    path("n/<str:number>/hall/<int:lot>/wall", hall.wall, name="hall-wall"),
    path("n/<str:number>/hall/<int:lot>/wall/part", hall.wall_part, name="hall-wall-part"),
    path("hall/", hall_officer.today, name="hall-today"),
    path(f"{SEAT}officer/", hall_officer.officer, name="hall-officer"),
    path(f"{SEAT}officer/view.json", hall_officer.view, name="hall-view"),
    path(f"{SEAT}officer/state.json", hall_officer.state, name="hall-state"),
    path(f"{SEAT}officer/pack.json", hall_officer.pack, name="hall-pack"),
    path(f"{SEAT}officer/commit/", hall_officer.commit, name="hall-commit"),
    path(f"{SEAT}officer/release/", hall_officer.release, name="hall-release"),
    path(f"{SEAT}chair/", hall_chair.chair, name="hall-chair"),
    path(f"{SEAT}chair/pause/", hall_chair.pause, name="hall-pause"),
    path(f"{SEAT}chair/resume/", hall_chair.resume, name="hall-resume"),
    path(f"{SEAT}chair/absent/", hall_chair.absent, name="hall-absent"),
    path(f"{SEAT}chair/end/", hall_chair.end, name="hall-end"),
    path(f"{SEAT}chair/answer/<uuid:objection_id>/", hall_chair.answer, name="hall-answer"),
    path(f"{SEAT}chair/bid/<str:ev>/", hall_chair.attribute, name="hall-attribute"),
    path(f"{SEAT}chair/bid/<str:ev>/sign/", hall_chair.sign, name="hall-sign"),
    path(f"{SEAT}changes/", changes.changes, name="changes"),
    path(f"{SEAT}chair/few/", hall_desk.few, name="hall-few"),
    path(f"{SEAT}chair/unsigned/", hall_desk.excuse, name="hall-excuse"),
    path(f"{SEAT}roll/", hall_desk.roll, name="hall-roll"),
    path(f"{SEAT}roll/present/", hall_desk.present, name="hall-present"),
    path(f"{SEAT}roll/figure/", hall_desk.figure, name="hall-figure"),
    path(f"{SEAT}reader/", hall_desk.reader, name="hall-reader"),
    path(f"{SEAT}reader/read/", hall_desk.read, name="hall-read"),
    path(f"{SEAT}record/<str:seat>/", hall_desk.sign_record, name="hall-record"),
    path(f"{SEAT}mine/", hall_bidder.mine, name="hall-mine"),
    path(f"{SEAT}mine/confirm/", hall_bidder.confirm, name="hall-confirm"),
    path(f"{SEAT}mine/seal/", hall_bidder.seal, name="hall-seal"),
    path(f"{SEAT}mine/statement/", hall_bidder.statement, name="hall-statement"),
    path(f"{SEAT}mine/object/", hall_bidder.object_, name="hall-object"),
    path(f"{SEAT}security/", opened.opened, name="hall-security"),
    path(f"{SEAT}security/hold/", opened.hold, name="hall-hold"),
    path(f"{SEAT}security/hold/<uuid:hold_id>/lift/", opened.lift, name="hall-hold-lift"),
    path(KEEP, opened.keep, name="hall-keep"),
    path(f"{KEEP}<uuid:forfeiture_id>/", opened.keep_decide, name="hall-keep-decide"),
    path(f"{KEEP}<uuid:forfeiture_id>/file/", opened.keep_file, name="hall-keep-file"),
    path("security/", finance.desk, name="security-desk"),
    path("security/files/", finance.bring, name="security-import"),
    path("security/lines/<uuid:line_id>/", finance.line, name="security-line"),
    path("security/proposals/<uuid:proposal_id>/", finance.decide, name="security-decide"),
    path("security/guarantees/", guarantees.guarantees, name="security-guarantees"),
    path("security/guarantees/<uuid:guarantee_id>/", guarantees.guarantee, name="security-guarantee"),
    path("security/refunds/", finance.refunds, name="security-refunds"),
    path("security/payees/<uuid:refund_id>/", payees.payee, name="security-payee"),
    path("security/payees/<uuid:refund_id>/proof/", payees.proof, name="security-proof"),
    path("security/refunds/<uuid:list_id>/", finance.refund_list, name="security-list"),
    path("security/refunds/<uuid:list_id>/order/", finance.order, name="security-order"),
    path("security/books/", finance.books, name="security-books"),
    path("security/accounts/", finance.accounts, name="security-accounts"),
]

machine_urlpatterns = [
    path("live/hall/<str:number>/<int:lot>", live.live, name="bidding-live"),
]
