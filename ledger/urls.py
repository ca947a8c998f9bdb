"""Addresses of the log, the same in every language, laid out as C2SP tlog-tiles."""

from django.urls import path, re_path

from ledger import views

app_name = "ledger"
urlpatterns: list[object] = []

machine_urlpatterns = [
    path("log/checkpoint", views.checkpoint, name="log-checkpoint"),
    re_path(r"^log/tile/entries/(?P<number>[x0-9/.p]+)$", views.entries, name="log-entries"),
    re_path(r"^log/tile/(?P<level>[0-7])/(?P<number>[x0-9/.p]+)$", views.tile_at, name="log-tile"),
    path("log/proof/inclusion", views.inclusion, name="log-inclusion"),
    path("log/proof/consistency", views.consistency, name="log-consistency"),
    path("log/statements", views.statements, name="log-statements"),
]
