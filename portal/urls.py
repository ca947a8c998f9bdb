"""Addresses of the public site: people's pages, and fixed addresses for programs without a language prefix."""

from django.urls import path

from portal import views
from portal.views import draws, papers

app_name = "portal"
OUTCOME = "hall/<str:number>/<int:lot>/outcome"
BOOKS = "security/books/<uuid:account_id>/<int:year>-<int:month>"

urlpatterns = [
    path("", views.home, name="home"),
    path("openings", views.openings, name="openings"),
    path("n/<str:number>", views.notice, name="notice"),
    path("n/<str:number>/v<int:version>", views.notice_version, name="notice-version"),
    path("n/<str:number>/opening/<int:lot>", views.opening, name="opening"),
    path("n/<str:number>/draw/<int:lot>", draws.draw, name="draw"),
    path("n/<str:number>/opening/<int:lot>/record.pdf", views.record, name="record"),
    path("bids/lot/<str:number>/deposit/slip.pdf", papers.slip, name="deposit-slip-file"),
    path("bids/lot/<str:number>/result/letter.pdf", papers.letter, name="result-letter"),
    path(f"{OUTCOME}/letters/<uuid:letter_id>.pdf", papers.sent_letter, name="sent-letter-file"),
    path(f"{OUTCOME}/written.pdf", papers.written, name="written-file"),
    path("panel/<uuid:panel_id>/report/<int:number>.pdf", papers.report_pdf, name="report-file"),
    path(f"{BOOKS}.pdf", papers.month_pdf, name="security-month-pdf"),
    path(f"{BOOKS}.xlsx", papers.month_xlsx, name="security-month-xlsx"),
    path("r", views.receipt_check, name="receipt-check"),
    path("r/<str:code>", views.receipt, name="receipt"),
    path("verify", views.verify, name="verify"),
    path("ledger", views.ledger, name="ledger"),
    path("ledger/checkpoints", views.checkpoints, name="checkpoints"),
    path("guides/verify", views.guide_verify, name="guide-verify"),
    path("about/promises", views.promises, name="promises"),
    path("about/accessibility", views.accessibility, name="accessibility"),
]

machine_urlpatterns = [
    path("api/time", views.time, name="portal-time"),
    path("look", views.look, name="portal-look"),
    path("n/<str:number>/opening/<int:lot>/bundle.zip", views.bundle, name="portal-bundle"),
    path("n/<str:number>/v<int:version>/notice.json", views.notice_file, name="portal-notice-file"),
    path("t/<str:digest>/anchors.json", views.anchors, name="portal-anchors"),
    path("t/<str:digest>/policy.json", views.policy, name="portal-policy"),
]
