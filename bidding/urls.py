"""Addresses of bidders and of the hall; nothing in an address counts anything."""

from django.urls import path

from bidding.views import (
    changes,
    hall,
    hall_bidder,
    hall_chair,
    hall_desk,
    hall_notes,
    hall_officer,
    live,
    receipts,
    seal,
    tender,
)

app_name = "bidding"

SEAT = "hall/<str:number>/<int:lot>/"

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
    path(f"{SEAT}changes/<uuid:change_id>/file", changes.paper, name="change-file"),
    path(f"{SEAT}chair/few/", hall_desk.few, name="hall-few"),
    path(f"{SEAT}chair/unsigned/", hall_desk.excuse, name="hall-excuse"),
    path(f"{SEAT}roll/", hall_desk.roll, name="hall-roll"),
    path(f"{SEAT}roll/present/", hall_desk.present, name="hall-present"),
    path(f"{SEAT}roll/figure/", hall_desk.figure, name="hall-figure"),
    path(f"{SEAT}roll/draw/", hall_desk.draw, name="hall-draw"),
    path(f"{SEAT}reader/", hall_desk.reader, name="hall-reader"),
    path(f"{SEAT}reader/read/", hall_desk.read, name="hall-read"),
    path(f"{SEAT}record/<str:seat>/", hall_desk.sign_record, name="hall-record"),
    path(f"{SEAT}notes/", hall_notes.notes, name="hall-notes"),
    path(f"{SEAT}mine/", hall_bidder.mine, name="hall-mine"),
    path(f"{SEAT}mine/set.json", hall_bidder.closed_set, name="hall-set"),
    path(f"{SEAT}mine/confirm/", hall_bidder.confirm, name="hall-confirm"),
    path(f"{SEAT}mine/seal/", hall_bidder.seal, name="hall-seal"),
    path(f"{SEAT}mine/statement/", hall_bidder.statement, name="hall-statement"),
    path(f"{SEAT}mine/nothing/", hall_bidder.nothing, name="hall-nothing"),
    path(f"{SEAT}mine/object/", hall_bidder.object_, name="hall-object"),
]

machine_urlpatterns = [
    path("live/hall/<str:number>/<int:lot>", live.live, name="bidding-live"),
]
