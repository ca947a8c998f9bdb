"""What the public site writes: nothing but the digests of its own modules."""

from portal.services.client_modules import client_modules_record, module_digests

__all__ = ["client_modules_record", "module_digests"]
