"""Addresses of people and organisations; signing in and its factors are allauth's, below the same word."""

from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("account/", views.home, name="home"),
    path("account/acting/", views.acting, name="acting"),
    path("account/messages/", views.messages, name="messages"),
    path("account/messages/<uuid:item_id>/read/", views.message_read, name="message-read"),
    path("account/following/", views.following, name="following"),
    path("account/follow/", views.follow, name="follow"),
    path("account/unfollow/", views.unfollow, name="unfollow"),
    path("account/asked/", views.asked, name="asked"),
    path("account/register/", views.register, name="register"),
    path("account/register/code/", views.code_check, name="code-check"),
    path("account/organisation/", views.organisation, name="organisation"),
    path("account/organisation/hand-in/", views.hand_in, name="hand-in"),
    path("account/organisation/<slug:part>/", views.part, name="part"),
    path("account/papers/", views.papers, name="papers"),
    path("account/papers/add/", views.paper_add, name="paper-add"),
    path("account/papers/<uuid:record_id>/end/", views.paper_end, name="paper-end"),
    path("account/files/<str:sha256>/", views.stored_paper, name="file"),
    path("account/members/", views.members, name="members"),
    path("account/members/invite/", views.invite, name="invite"),
    path("account/members/<uuid:membership_id>/", views.member, name="member"),
    path("account/members/<uuid:membership_id>/end/", views.member_end, name="member-end"),
    path("account/invitations/<uuid:invitation_id>/withdraw/", views.invitation_end, name="invitation-end"),
    path("account/join/<str:token>/", views.join, name="join"),
    path("account/mandates/", views.mandates, name="mandates"),
    path("account/mandates/new/", views.mandate_new, name="mandate-new"),
    path("account/mandates/<uuid:mandate_id>/accept/", views.mandate_sign, name="mandate-accept"),
    path("account/mandates/<uuid:mandate_id>/end/", views.mandate_end, name="mandate-end"),
    path("account/keys/", views.keys, name="keys"),
    path("account/keys/new/", views.key_new, name="key-new"),
    path("account/keys/lost/", views.key_lost, name="key-lost"),
    path("account/keys/<uuid:key_id>/retire/", views.key_retire, name="key-retire"),
    path("account/keys/<uuid:key_id>/certificate/", views.key_certificate, name="key-certificate"),
    path("account/desk/", views.desk, name="desk"),
    path("account/desk/keys/", views.desk_keys, name="desk-keys"),
    path("account/desk/keys/registrar/", views.registrar, name="registrar"),
    path("account/desk/keys/<uuid:request_id>/", views.key_certify, name="key-certify"),
    path("account/desk/keys/<uuid:request_id>/refuse/", views.key_refuse, name="key-refuse"),
    path("account/desk/keys/losses/<uuid:loss_id>/", views.loss_sign, name="loss-sign"),
    path("account/desk/keys/losses/<uuid:loss_id>/refuse/", views.loss_refuse, name="loss-refuse"),
    path("account/desk/<uuid:organisation_id>/", views.review, name="review"),
    path("account/sessions/", views.sessions, name="sessions"),
    path("account/sessions/<uuid:session_id>/close/", views.session_close, name="session-close"),
]
