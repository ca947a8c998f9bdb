"""What the officers' machines of a draw call: fetch the pack, hand in a commit, hand in a release.

No login: the draw's id is random, the pack holds what is public or sealed, and what is handed in counts by the
officer's own signature alone. Refusals are problem documents (RFC 9457). Handing in the same again is the same as
once, so a machine that lost an answer asks again.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.actors import Actor
from accounts.selectors import actor_of
from experts.selectors import draw_pack
from experts.selectors.draws import draw_get, officer_get
from experts.services.commit_give import commit_give, release_give
from kernel import clock

router = Router(tags=["draws"])


class SignedByOfficer(Schema):
    """A signed object of docs/protocol.md: its body and the officer's signature over it."""

    body: dict[str, Any]
    signatures: list[dict[str, Any]] = Field(min_length=1, max_length=1)


def seated(draw_id: UUID, i: int, at: datetime) -> Actor:
    """The person of a seat, in the organisation that certified the key. Whether it is they, the signature says."""
    seat = officer_get(draw_get(draw_id), i)
    return actor_of(seat.person_id, seat.organisation_id, at)


@router.get("/draws/{uuid:draw_id}/officers/{int:i}/pack")
def pack(request: HttpRequest, draw_id: UUID, i: int) -> dict[str, Any]:  # noqa: ARG001
    """What officer ``i`` checks before it acts; 404 for no draw or seat, 409 before the header, after the end."""
    return draw_pack.officer_pack(draw_id, i)


@router.post("/draws/{uuid:draw_id}/officers/{int:i}/commit", response={204: None})
def commit(request: HttpRequest, draw_id: UUID, i: int, signed: SignedByOfficer) -> Status[None]:  # noqa: ARG001
    """Hand in the officer's commit for the round that is asked."""
    at = clock.now()
    commit_give(draw_id=draw_id, **signed.dict(), actor=seated(draw_id, i, at), at=at)
    return Status(HTTPStatus.NO_CONTENT, None)


@router.post("/draws/{uuid:draw_id}/officers/{int:i}/release", response={204: None})
def release(request: HttpRequest, draw_id: UUID, i: int, signed: SignedByOfficer) -> Status[None]:  # noqa: ARG001
    """Hand in the officer's release, once enough commits are in the log."""
    at = clock.now()
    release_give(draw_id=draw_id, **signed.dict(), actor=seated(draw_id, i, at), at=at)
    return Status(HTTPStatus.NO_CONTENT, None)
