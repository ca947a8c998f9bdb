"""Addresses of the expert pool; none of them holds a name or a number that counts."""

from django.urls import path

from experts.views import keeper, own

app_name = "experts"

urlpatterns = [
    path("pool/", keeper.pool, name="pool"),
    path("pool/new/", keeper.new, name="new"),
    path("pool/import/", keeper.bring, name="import"),
    path("pool/import/<uuid:import_id>/admit/", keeper.admit_import, name="import-admit"),
    path("pool/export/", keeper.export, name="export"),
    path("pool/epoch/", keeper.cut, name="epoch-cut"),
    path("pool/certificates/<uuid:certificate_id>/", keeper.certificate, name="certificate-file"),
    path("pool/numbers/", own.supervised, name="supervised"),
    path("pool/me/", own.own, name="own"),
    path("pool/me/away/", own.away, name="away"),
    path("pool/me/away/<uuid:away_id>/back/", own.away_back, name="away-back"),
    path("pool/me/epochs/<int:epoch>/", own.own_epoch, name="own-epoch"),
    path("pool/<uuid:expert_id>/", keeper.record, name="record"),
    path("pool/<uuid:expert_id>/edit/", keeper.edit, name="edit"),
    path("pool/<uuid:expert_id>/<str:name>/", keeper.act, name="act"),
]

machine_urlpatterns = [
    path("pool/epochs/<int:epoch>.json", own.epoch_file, name="pool-epoch"),
]
