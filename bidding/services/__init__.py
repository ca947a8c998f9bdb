"""What people and the clock do with bids and openings, one file per use case."""

from bidding.services.absence_record import absence_record
from bidding.services.attribution_record import attribution_draft, attribution_record
from bidding.services.bid_submit import bid_submit
from bidding.services.bid_withdraw import bid_withdraw
from bidding.services.bids_stale import bids_stale
from bidding.services.bundle_export import bundle_export
from bidding.services.coefficient_draw import coefficient_draw
from bidding.services.commit_submit import commit_submit
from bidding.services.decision_record import decision_record
from bidding.services.factor_end import factor_end
from bidding.services.factor_reveal import factor_reveal
from bidding.services.few_opened import few_confirm
from bidding.services.hall_roll import figure_announce, line_read, presence_enter
from bidding.services.incident_record import incident_record, opening_pause, opening_resume
from bidding.services.line_confirm import line_confirm
from bidding.services.lot_close import lot_close
from bidding.services.note_enter import note_enter
from bidding.services.opening_end import opening_cancel, opening_end, opening_fail
from bidding.services.opening_object import opening_answer, opening_object
from bidding.services.openings_drive import openings_drive, receipts_drive, rush_beat
from bidding.services.part_put import part_put, parts_held
from bidding.services.receipt_fetch import receipt_fetch
from bidding.services.receipt_issue import receipt_issue, receipts_due
from bidding.services.record_sign import record_sign, vacancy_record
from bidding.services.release_submit import release_submit
from bidding.services.results_publish import results_publish
from bidding.services.seal_confirm import seal_confirm
from bidding.services.seed_reveal import seed_reveal
from bidding.services.set_object import close_correct, set_object
from bidding.services.statement_give import statement_give, statement_waive
from bidding.services.store_sweep import store_sweep
from bidding.services.upload_leave import upload_leave
from bidding.services.upload_open import upload_open

__all__ = [
    "absence_record",
    "attribution_draft",
    "attribution_record",
    "bid_submit",
    "bid_withdraw",
    "bids_stale",
    "bundle_export",
    "close_correct",
    "coefficient_draw",
    "commit_submit",
    "decision_record",
    "factor_end",
    "factor_reveal",
    "few_confirm",
    "figure_announce",
    "incident_record",
    "line_confirm",
    "line_read",
    "lot_close",
    "note_enter",
    "opening_answer",
    "opening_cancel",
    "opening_end",
    "opening_fail",
    "opening_object",
    "opening_pause",
    "opening_resume",
    "openings_drive",
    "part_put",
    "parts_held",
    "presence_enter",
    "receipt_fetch",
    "receipt_issue",
    "receipts_drive",
    "receipts_due",
    "record_sign",
    "release_submit",
    "results_publish",
    "rush_beat",
    "seal_confirm",
    "seed_reveal",
    "set_object",
    "statement_give",
    "statement_waive",
    "store_sweep",
    "upload_leave",
    "upload_open",
    "vacancy_record",
]
