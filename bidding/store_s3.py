"""Ciphertext and bundles in a bucket: the same promises as the local store, kept by S3.

An object appears whole or not at all; what is larger than one piece goes up as a multipart upload, which is
abandoned when anything fails. Names are those of ``bidding.store``.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.utils.translation import gettext_noop as _

from bidding.store_names import PIECE, Found, Piece, checked_name
from kernel.errors import NotFound, Unavailable
from protocol.hashing import Hasher

CHUNK = 8 << 20
"""Bytes per part of a multipart upload; S3 demands 5 MiB or more of all but the last."""

ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Store:
    """Objects of one bucket. Every method raises Unavailable when the bucket cannot be asked."""

    def __init__(self, client: Any, bucket: str) -> None:
        """Keep everything in ``bucket``, reached by the boto3 ``client``."""
        self.client, self.bucket = client, bucket

    def put(
        self, name: str, pieces: Iterable[Piece], *, expected: Found | None = None, flush: bool = True
    ) -> Found:
        """Store the bytes under ``name``, replacing what was there; returns (SHA-256 in hex, size).

        Bytes other than ``expected`` are not stored. S3 answers when nothing can be lost any more: ``flush`` or not
        is one here.
        """
        del flush
        digest = Hasher()

        def is_right() -> bool:
            return expected in {None, (digest.digest().hex(), digest.size)}

        chunks = chunked(pieces, digest.update)
        first = next(chunks, b"")
        with asked("written"):
            if len(first) >= CHUNK:
                self._put_in_parts(name, first, chunks, is_right)
            elif is_right():
                self.client.put_object(**self._at(name), Body=first)
        return digest.digest().hex(), digest.size

    def flush(self, name: str) -> None:
        """Return when what is under ``name`` cannot be lost any more: S3 answers no sooner."""

    def _put_in_parts(
        self, name: str, first: bytes, rest: Iterator[bytes], is_right: Callable[[], bool]
    ) -> None:
        upload = {
            **self._at(name),
            "UploadId": self.client.create_multipart_upload(**self._at(name))["UploadId"],
        }
        complete = False
        try:
            parts = [self._put_part(upload, 1, first)]
            parts += [self._put_part(upload, number, chunk) for number, chunk in enumerate(rest, start=2)]
            if is_right():
                self.client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
                complete = True
        finally:
            if not complete:
                self.client.abort_multipart_upload(**upload)

    def _put_part(self, upload: dict[str, str], number: int, chunk: bytes) -> dict[str, Any]:
        answer = self.client.upload_part(**upload, PartNumber=number, Body=chunk)
        return {"PartNumber": number, "ETag": answer["ETag"]}

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes under ``name`` in pieces of at most 1 MiB; NotFound when there are none."""
        with asked("read"):
            body = self.client.get_object(**self._at(name))["Body"]
            yield from body.iter_chunks(PIECE)

    def exists(self, name: str) -> bool:
        """Whether something is stored under ``name``."""
        try:
            self.size(name)
        except NotFound:
            return False
        return True

    def size(self, name: str) -> int:
        """Bytes stored under ``name``; NotFound when there are none."""
        with asked("read"):
            return int(self.client.head_object(**self._at(name))["ContentLength"])

    def delete(self, name: str) -> None:
        """Forget what is under ``name``; nothing happens when nothing is."""
        with asked("written"):
            self.client.delete_object(**self._at(name))

    def sweep(self, before: datetime) -> int:
        """Abandon the multipart uploads of killed processes, begun before this moment; how many."""
        with asked("written"):
            pages = self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket)
            begun = [row for page in pages for row in page.get("Uploads", []) if row["Initiated"] < before]
            for row in begun:
                self.client.abort_multipart_upload(
                    Bucket=self.bucket, Key=row["Key"], UploadId=row["UploadId"]
                )
        return len(begun)

    def ready(self) -> None:
        """Return when the bucket is there and our keys may use it; Unavailable otherwise."""
        with asked("written"):
            self.client.head_bucket(Bucket=self.bucket)

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": checked_name(name)}


@contextmanager
def asked(how: str) -> Iterator[None]:
    """Turn what the bucket answers into the domain's refusals: absent is NotFound, the rest Unavailable."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ABSENT and how == "read":
            raise NotFound("not_stored", _("This file is not in the store.")) from error
        raise unavailable(how) from error
    except BotoCoreError as error:
        raise unavailable(how) from error


def unavailable(how: str) -> Unavailable:
    """The refusal for a store that cannot be ``written`` or ``read``."""
    if how == "written":
        return Unavailable("store_unavailable", _("The store for files cannot be written."))
    return Unavailable("store_unavailable", _("The store for files cannot be read."))


def chunked(pieces: Iterable[Piece], seen: Callable[[Piece], None]) -> Iterator[bytes]:
    """The bytes of ``pieces`` again, in chunks of CHUNK with a shorter last one; each piece is ``seen`` once."""
    buffer = bytearray()
    for piece in pieces:
        seen(piece)
        buffer += piece
        while len(buffer) >= CHUNK:
            yield bytes(buffer[:CHUNK])
            del buffer[:CHUNK]
    if buffer:
        yield bytes(buffer)


@lru_cache(maxsize=4)
def connected(*, endpoint: str, region: str, key_id: str, secret: str, bucket: str) -> S3Store:
    """The store in ``bucket`` at ``endpoint`` (empty: Amazon's); one client per process and configuration."""
    client = boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(connect_timeout=3, read_timeout=30, retries={"total_max_attempts": 3}),
    )
    return S3Store(client, bucket)
