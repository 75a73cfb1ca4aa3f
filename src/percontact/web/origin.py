# SPDX-License-Identifier: Apache-2.0
"""Where a request comes from: one that changes something has to come from a page of ours.

A browser says it in `Sec-Fetch-Site`, an older one in `Origin`; neither can be forged by another site's page.
A request with neither comes from no browser, so no page can have sent it with somebody's cookie.
Source: OWASP CSRF prevention, "Fetch Metadata"; F. Valsorda, "Cross-Site Request Forgery", 2025 (Go's
net/http.CrossOriginProtection does the same).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

SAFE = ("GET", "HEAD", "OPTIONS")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def is_ours(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request may be acted on, as far as the page it comes from goes.

    headers  their names in small letters

    >>> is_ours("POST", {"sec-fetch-site": "cross-site"}), is_ours("POST", {"sec-fetch-site": "same-origin"})
    (False, True)
    >>> is_ours("POST", {"origin": "https://c.example", "host": "c.example"})
    True
    """
    if method in SAFE:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    # `null` and whatever has no host are nobody's page.
    return bool(urlsplit(origin).netloc) and urlsplit(origin).netloc == headers.get("host", "")


def is_local_host(host: str) -> bool:
    """Whether the `Host` of a request names this machine itself.

    Where nobody signs in, a page of another site could else reach the app by a name of its own that it lets
    point here (DNS rebinding).

    >>> [is_local_host(h) for h in ("127.0.0.1:8484", "[::1]:8484", "localhost", "evil.example:8484", "")]
    [True, True, True, False, False]
    """
    return urlsplit(f"//{host}").hostname in LOOPBACK


def is_local_path(path: str) -> bool:
    """Whether an address leads to a page of this app and nowhere else: where to go on after signing in.

    >>> [is_local_path(p) for p in ("/explain?a=1", "//evil.example", "/\\\\evil.example", "https://x", "")]
    [True, False, False, False, False]
    """
    parts = urlsplit(path)
    plain = path.isprintable() and "\\" not in path
    return plain and path.startswith("/") and not path.startswith("//") and not (parts.scheme or parts.netloc)
