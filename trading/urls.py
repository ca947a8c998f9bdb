"""Addresses of the people who run tenders; what the public reads is the portal's."""

from django.urls import path

from trading import views

app_name = "trading"

TENDER = "tenders/<uuid:tender_id>/"
SEAT = "seats/<uuid:seat_id>/"

urlpatterns = [
    path("projects/", views.desk, name="desk"),
    path("projects/new/", views.project_new, name="project-new"),
    path("projects/intake/", views.intake, name="intake"),
    path("projects/intake/<uuid:project_id>/", views.intake_review, name="intake-review"),
    path("projects/<uuid:project_id>/", views.project, name="project"),
    path("projects/<uuid:project_id>/correct/", views.project_correct, name="project-correct"),
    path("projects/<uuid:project_id>/approvals/<int:row>/", views.approval_file, name="approval-file"),
    path("projects/<uuid:project_id>/tenders/new/", views.tender_new, name="tender-new"),
    path(TENDER, views.tender, name="tender"),
    path(f"{TENDER}sheet/", views.sheet, name="sheet"),
    path(f"{TENDER}mandate/", views.mandate, name="mandate"),
    path(f"{TENDER}lots/new/", views.lot_new, name="lot-new"),
    path(f"{TENDER}lots/<uuid:lot_id>/", views.lot, name="lot"),
    path(f"{TENDER}lots/<uuid:lot_id>/method/", views.method, name="method"),
    path(f"{TENDER}lots/<uuid:lot_id>/method/begin/", views.method_begun, name="method-begin"),
    path(f"{TENDER}lots/<uuid:lot_id>/method/upload/", views.method_upload, name="method-upload"),
    path(f"{TENDER}lots/<uuid:lot_id>/method/file.<str:form>", views.method_file, name="method-file"),
    path(f"{TENDER}lots/<uuid:lot_id>/bill/", views.bill, name="bill"),
    path(f"{TENDER}lots/<uuid:lot_id>/opening/", views.opening, name="opening"),
    path(f"{TENDER}lots/<uuid:lot_id>/seats/<int:i>/", views.seat_offer, name="seat-offer"),
    path(f"{TENDER}lots/<uuid:lot_id>/postpone/", views.postpone, name="postpone"),
    path(f"{TENDER}meetings/", views.meetings, name="meetings"),
    path(f"{TENDER}media/", views.media, name="media"),
    path(f"{TENDER}media/<uuid:proof_id>/", views.media_file, name="media-file"),
    path(f"{TENDER}documents/", views.documents, name="documents"),
    path(f"{TENDER}check/", views.check, name="check"),
    path(f"{TENDER}ready/", views.ready, name="ready"),
    path(f"{TENDER}publish/", views.publish, name="publish"),
    path(f"{TENDER}clarifications/", views.clarifications, name="clarifications"),
    path(f"{TENDER}questions/<uuid:question_id>/", views.question, name="question"),
    path(
        f"{TENDER}questions/<uuid:question_id>/objection/",
        views.question_objection,
        name="question-objection",
    ),
    path(f"{TENDER}objections/<uuid:objection_id>/", views.objection, name="objection"),
    path(f"{TENDER}attachments/<uuid:attachment_id>/", views.attachment, name="attachment"),
    path(f"{TENDER}addenda/", views.addenda, name="addenda"),
    path(f"{TENDER}addenda/new/", views.addendum_new, name="addendum-new"),
    path(f"{TENDER}addenda/<uuid:addendum_id>/", views.addendum, name="addendum"),
    path(f"{TENDER}addenda/<uuid:addendum_id>/hand/", views.addendum_hand, name="addendum-hand"),
    path(f"{TENDER}addenda/<uuid:addendum_id>/sign/", views.addendum_sign, name="addendum-sign"),
    path(f"{TENDER}postponements/<uuid:proposal_id>/", views.postpone_withdraw, name="postpone-withdraw"),
    path(f"{TENDER}suspend/", views.suspend, name="suspend"),
    path(f"{TENDER}resume/", views.resume, name="resume"),
    path(f"{TENDER}cancel/", views.cancel, name="cancel"),
    path(f"{TENDER}order/", views.order, name="order"),
    path("seats/", views.seats, name="seats"),
    path("seats/away/", views.absences, name="absences"),
    path("seats/away/<uuid:absence_id>/", views.absence_end, name="absence-end"),
    path(SEAT, views.seat, name="seat"),
    path(f"{SEAT}accept/", views.seat_accept, name="seat-accept"),
    path(f"{SEAT}key/", views.seat_key, name="seat-key"),
    path(f"{SEAT}certify/", views.seat_certify, name="seat-certify"),
    path(f"{SEAT}ask/", views.seat_ask, name="seat-ask"),
    path(f"{SEAT}answer/", views.seat_answer, name="seat-answer"),
    path("supervised/", views.supervised, name="supervised"),
    path("supervised/postponements/<uuid:proposal_id>/", views.proposal, name="proposal"),
]
