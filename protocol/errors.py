"""Errors of the protocol package. All are refusals of data, never of the caller's arguments."""

from __future__ import annotations


class ProtocolError(Exception):
    """Data that the protocol refuses.

    `check` is the number of the failed check ("V13") where one is known, `obj` names the refused object,
    `evidence` holds the values that show the fault.
    """

    def __init__(self, message: str, *, check: str = "", obj: str = "", evidence: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.check = check
        self.obj = obj
        self.evidence = evidence


class NotCanonical(ProtocolError):
    """Bytes that are not the one canonical encoding of a value of the profile."""


class BadSignature(ProtocolError):
    """A signature, signing key or certificate chain that does not hold."""


class BadProof(ProtocolError):
    """A Merkle proof or tree state that does not hold."""


class BadContent(ProtocolError):
    """Ciphertext, shares or content that cannot be opened or are malformed."""


class BadContainer(ProtocolError):
    """A bundle file that breaks the container rules."""


class BadToken(ProtocolError):
    """A time-stamp token that does not hold."""
