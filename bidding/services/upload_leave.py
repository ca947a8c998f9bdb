"""Leave an unfinished upload: its parts are forgotten, so that another can be opened in its place."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies, store
from bidding.models import Upload
from bidding.selectors import lots
from bidding.states import UPLOAD, UploadAction, UploadState
from kernel.errors import StateConflict
from kernel.policies import require
from kernel.transitions import next_state


def upload_leave(*, upload_id: UUID, actor: Actor, at: datetime) -> Upload:
    """End an upload of one's own organisation that is no bid; idempotent. Storing parts was no act of law.

    StateConflict ``upload_finished`` once a bid was made of it: a bid is replaced or withdrawn, never forgotten.
    The bytes are deleted when the rows are gone for good, so that a crash leaves at most bytes without a row.
    """
    upload = lots.upload_of(upload_id, actor)
    require(policies.may_seal(actor, upload.organisation_id))
    keys: list[str] = []
    with transaction.atomic():
        upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        if upload.state == UploadState.COMPLETE.value:
            raise StateConflict(
                "upload_finished", _("This upload is finished; open another one to replace the bid.")
            )
        if upload.state == UploadState.UPLOADING.value:
            keys = [part.key for part in upload.parts.all()]
            upload.parts.all().delete()
            upload.state = next_state(UPLOAD, UploadAction.EXPIRE, UploadState(upload.state)).value
            upload.expired_at = at
            upload.save(update_fields=["state", "expired_at"])
    for key in keys:
        store.default().delete(key)
    return upload
