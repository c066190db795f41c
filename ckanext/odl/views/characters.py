"""Characters that no database keeps: said in words at the door, rather than met as a fault behind it.

PostgreSQL takes no NUL in a text, and half of a surrogate pair is no character at all. Nobody types them; programs send
them by mistake, or to see what happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ckan.plugins import toolkit as tk
from flask import Flask, Response, jsonify


def protect(app: Flask) -> None:
    """Refuse every request to *app* that holds one: over the API by its field (409), else by a page (400)."""
    app.before_request(_refuse)


def _refuse() -> Response | None:
    request = tk.request
    parts: Iterable[tuple[str, Any]] = [
        *request.args.items(multi=True),
        *request.form.items(multi=True),
        *((name, file.filename) for name, file in request.files.items(multi=True)),
        *(request.view_args or {}).items(),
    ]
    field = next((name for name, value in parts if not all(map(_is_kept, (name, value)))), None)
    if field is None and request.is_json and b"\\u" in request.get_data():
        content = request.get_json(silent=True)
        content = content if isinstance(content, dict) else {"": content}
        field = next((name for name, value in content.items() if not all(map(_is_kept, (name, *_texts(value))))), None)
    if field is None:
        field, sentence = _unnamed(), tk._("A part of this form has no name. Name each of its fields.")
    else:
        sentence = tk._("This holds a character that cannot be kept (NUL, or half of one). Take it out.")
    if field is None:
        return None
    if request.endpoint != "api.action":
        return tk.abort(400, sentence)
    named = field if _is_kept(field) and field else "message"
    error = {"__type": "Validation Error", named: [sentence]}
    response = jsonify({"help": "", "success": False, "error": error})
    response.status_code = 409
    return response


def _unnamed() -> str | None:
    """The empty name, when a part of the form has none: CKAN sorts the names, and would fail."""
    names: list[Any] = [*tk.request.form, *tk.request.files]
    return "" if None in names else None


def _is_kept(value: Any) -> bool:
    if not isinstance(value, str):
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value


def _texts(value: Any) -> Iterator[str]:
    """All texts within a value of JSON, without recursion: a hostile one nests as deep as it likes."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
