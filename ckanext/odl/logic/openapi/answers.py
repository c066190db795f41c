"""How the API answers: CKAN's envelope around results and errors, as OpenAPI says it."""

from __future__ import annotations

from typing import Any

_JSON = "application/json"


def _envelope(success: bool, part: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["help", "success", part],
        "properties": {"help": {"type": "string"}, "success": {"const": success}, part: schema},
    }


_TYPED = {"type": "object", "required": ["__type"], "properties": {"__type": {"type": "string"}}}
_SENTENCE = {**_TYPED, "required": ["__type", "message"], "properties": {
    "__type": {"type": "string"}, "message": {"type": "string"}}}  # fmt: skip

SCHEMAS: dict[str, Any] = {
    "Failure": _envelope(False, "error", _SENTENCE),
    "Refusal": _envelope(False, "error", {
        **_TYPED,
        "description": "By the name of each unfit parameter, the sentences that say what is wrong and what to do.",
        "additionalProperties": {"anyOf": [{"type": "array"}, {"type": "object"}, {"type": "string"}]},
    }),
    "Unreadable": {"anyOf": [{"type": "string"}, _envelope(False, "error", _TYPED)]},
}  # fmt: skip


def _response(description: str, schema: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {_JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


RESPONSES: dict[str, Any] = {
    "400": _response("The call cannot be read: not JSON, or values of another shape.", "Unreadable"),
    "403": _response("Not for you, or a token is missing.", "Failure"),
    "404": _response("Nothing there, or not for you.", "Failure"),
    "409": _response("A parameter is unfit: the error names it and says what to do.", "Refusal"),
    "415": {
        "description": "The call is neither JSON nor a form.",
        "content": {"text/html": {"schema": {"type": "string"}}},
    },
    "429": {
        **_response("Too many files within a minute: try again later, nothing was lost.", "Failure"),
        "headers": {"Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}},
    },
}


def responses(result: dict[str, Any], words: str, *, files: bool) -> dict[str, Any]:
    """The answers of one action.

    :param result: the JSON Schema of what it returns
    :param words: the same in words
    :param files: whether calls with a file are counted, and refused (429) when there are too many
    """
    done = _envelope(True, "result", {**result, **({"description": words} if words else {})})
    codes = ("400", "403", "404", "409", "415", *(("429",) if files else ()))
    return {
        "200": {"description": words or "Done.", "content": {_JSON: {"schema": done}}},
        **{code: {"$ref": f"#/components/responses/{code}"} for code in codes},
    }


def result_of(name: str, action: Any) -> dict[str, Any]:
    """What an action returns, by its annotation; nothing is said where it says nothing."""
    returns = str(getattr(action, "__annotations__", {}).get("return", ""))
    if "AnyDict" in returns or returns.startswith("dict"):
        return {"type": "object"}
    if "AnyList" in returns or returns.startswith("list"):
        return {"type": "array"}
    return {}
