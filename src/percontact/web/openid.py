# SPDX-License-Identifier: Apache-2.0
"""Signing in with an OpenID provider: authorization code with PKCE, state and nonce, by Authlib.

    begin    the browser goes to the provider with a state, a nonce and a code challenge, all new
    finish   it comes back with state and code; the code becomes an ID token, whose signature, issuer,
             audience, times and nonce are checked; who that is, `people.identities` says

Sources: OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3; RFC 7636 (PKCE); RFC 9207 (issuer in the answer).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Lock
from typing import Any

from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.httpx_client import OAuth2Client

from percontact.people import State, identities
from percontact.people.identities import Known, SignIn, not_let_in
from percontact.people.secret import new_secret
from percontact.values.problem import PercontactError
from percontact.web.provider import Provider, is_safe

TIMEOUT_S = 10
KEPT_S = 3600
"""How long the provider's own description is kept."""
SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that are taken: those whose key only the provider has. `none` and shared secrets are not."""
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class OpenId(OpenIDMixin):  # type: ignore[misc]
    """The provider, asked; one for all requests."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.client_id = provider.client_id
        self.server_metadata: dict[str, Any] = {}
        self._until = 0.0
        self._lock = Lock()

    # -- the two steps --

    def begin(self, state: State, browser: str, back: str, callback: str) -> str:
        """The address at the provider to send the browser to.

        browser   a secret that the browser keeps in a cookie: another one cannot finish this sign-in
        callback  where the provider sends the browser back
        """
        described = self.load_server_metadata()
        secret, sign_in = new_secret(), SignIn(new_secret(), new_secret(), back)
        with self._client(callback) as client:
            address, _ = client.create_authorization_url(
                described["authorization_endpoint"], secret, sign_in.verifier, nonce=sign_in.nonce
            )
        identities.begin(state, secret, browser, sign_in)
        return str(address)

    def finish(
        self, state: State, browser: str, answer: Mapping[str, str], callback: str, address: str
    ) -> tuple[str, str]:
        """The session's secret, and where to go on. Raises E-WHO-07 for each thing that does not fit."""
        sign_in = identities.take(state, answer.get("state", ""), browser)
        if answer.get("error"):
            raise not_let_in(f"the provider says: {answer['error'][:100]}")
        described = self.load_server_metadata()
        if answer.get("iss", described["issuer"]) != described["issuer"] or not answer.get("code"):
            raise not_let_in("the answer is not one of the provider that was asked")
        claims = self._claims(answer["code"], sign_in, callback)
        provider = self.provider
        session = identities.let_in(
            state,
            self._known(claims),
            default_role=provider.default_role,
            mapped=[role for _, role in provider.roles],
            address=address,
        )
        return session, sign_in.back

    # -- what the provider says --

    def load_server_metadata(self) -> dict[str, Any]:
        """How the provider describes itself, checked. Raises E-WHO-07."""
        with self._lock:
            if time.monotonic() > self._until:
                self.server_metadata = self._described()
                self._until = time.monotonic() + KEPT_S
            return self.server_metadata

    def _described(self) -> dict[str, Any]:
        issuer = self.provider.issuer
        found = self._asked(f"{issuer}/.well-known/openid-configuration")
        # A description that names another issuer would let that one speak for this (Discovery 1.0, 4.3).
        if str(found.get("issuer", "")).rstrip("/") != issuer:
            raise not_let_in("the provider's description names another issuer")
        if lacking := [name for name in ENDPOINTS if not is_safe(str(found.get(name, "")))]:
            raise not_let_in(f"the provider's description names no safe {lacking[0]}")
        named = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        found["id_token_signing_alg_values_supported"] = [a for a in named if a in SIGNED_BY]
        return found

    def _claims(self, code: str, sign_in: SignIn, callback: str) -> dict[str, Any]:
        described = self.load_server_metadata()
        try:
            with self._client(callback) as client:
                token = client.fetch_token(
                    described["token_endpoint"], code=code, code_verifier=sign_in.verifier,
                    grant_type="authorization_code",
                )  # fmt: skip
            options = {
                "iss": {"essential": True, "value": described["issuer"]},
                "aud": {"essential": True, "value": self.client_id},
            }
            claims = self.parse_id_token(token, sign_in.nonce, claims_options=options)
        except PercontactError:
            raise
        except Exception as error:
            # Authlib, joserfc and httpx each have their own errors; all of them mean: do not let in.
            raise not_let_in(f"the provider's answer was refused ({str(error)[:200]})") from error
        if not claims or not claims.get("sub"):
            raise not_let_in("the provider's answer names nobody")
        return self._with_more(dict(claims), str(token.get("access_token") or ""))

    def _with_more(self, claims: dict[str, Any], access: str) -> dict[str, Any]:
        """The claims, with those that the provider tells only when asked once more."""
        endpoint = str(self.server_metadata.get("userinfo_endpoint") or "")
        told = "email" in claims and (not self.provider.role_claim or self.provider.role_of(claims))
        if told or not access or not is_safe(endpoint):
            return claims
        more = self._asked(endpoint, {"Authorization": f"Bearer {access}"})
        # Someone else's claims must not be mixed in (Core 1.0, 5.3.2).
        return {**more, **claims} if more.get("sub") == claims["sub"] else claims

    def _known(self, claims: Mapping[str, Any]) -> Known:
        email = str(claims.get("email") or "")
        verified = claims.get("email_verified", self.provider.trust_email) is True
        name = str(claims.get("name") or claims.get("preferred_username") or "")
        return Known(
            self.provider.issuer,
            str(claims["sub"]),
            email if email and verified else None,
            name,
            self.provider.role_of(claims),
        )

    # -- asking --

    def _client(self, callback: str) -> OAuth2Client:
        return OAuth2Client(
            self.client_id, self.provider.client_secret, scope=self.provider.scopes, redirect_uri=callback,
            code_challenge_method="S256", timeout=TIMEOUT_S,
        )  # fmt: skip

    def _get_session(self) -> OAuth2Client:
        return self._client("")

    def _asked(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            with self._get_session() as client:
                answer = client.request("GET", address, withhold_token=True, headers=headers)
                answer.raise_for_status()
                found = answer.json()
        except Exception as error:
            raise not_let_in(f"the provider does not answer ({type(error).__name__})") from error
        if not isinstance(found, dict):
            raise not_let_in("the provider's answer is none")
        return found
