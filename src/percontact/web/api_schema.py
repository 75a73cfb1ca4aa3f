# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI document of the API, with its problems in four parts."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {
        "description": says,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for code, says in {
        400: "The question cannot be asked: where, what, why, and what to do",
        401: "Nobody is signed in, or the token does not work",
        403: "The role does not allow it",
        409: "Data that the question needs is not there",
    }.items()
}
STATE = {
    name: {"description": says, "schema": {"type": "string"}}
    for name, says in {
        "Percontact-Snapshot": "Number of the state of the books that the answer is of",
        "Percontact-Policy": "Digest of the policy that it was worked out under",
        "ETag": "Names state and answer; sent back as If-None-Match it spares what one has already",
    }.items()
}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["problem"],
    "properties": {
        "problem": {
            "type": "object",
            "required": ["code", "where", "what", "why", "do"],
            "properties": {n: {"type": "string"} for n in ("code", "where", "what", "why", "do")},
        }
    },
}


def render_schema(app: FastAPI) -> str:
    """The OpenAPI document of the API."""
    made = get_openapi(title="percontact", version="1", openapi_version="3.1.0", routes=app.routes)
    made.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    for path in made["paths"].values():
        for operation in path.values():
            # A refused parameter is told like any other problem.
            operation["responses"].pop("422", None)
            operation["responses"]["200"]["headers"] = STATE
            operation["responses"]["304"] = {
                "description": "The answer is the one that If-None-Match names", "headers": STATE,
            }  # fmt: skip
    for unused in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(unused, None)
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"
