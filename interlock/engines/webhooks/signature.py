"""How a receiver knows that a notification is from here."""

from __future__ import annotations

import hashlib
import hmac


def headers_of(body: bytes, secret: str, at: int) -> dict[str, str]:
    """`X-Hub-Signature` as Intercom makes it; `X-Interlock-Signature` is of the time and the body, with SHA-256, so
    that a receiver can refuse what is old."""
    key = secret.encode()
    dated = hmac.new(key, b"%d." % at + body, hashlib.sha256).hexdigest()
    return {
        "X-Hub-Signature": f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}",
        "X-Interlock-Signature": f"t={at},v1={dated}",
    }
