"""The OpenAPI description of our actions, made from the actions themselves.

Parameters come from the validators that check a call, words from the docstrings, methods and rights from the marks that
CKAN itself goes by: so the description changes with the code. https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version
from typing import Any

from ckan import plugins
from ckan.plugins import toolkit as tk

from . import answers, docstrings, forms
from .parameters import FILES, Parameter, as_object, of_schema, schema_of

_FILE = "multipart/form-data"
_CORE = ("get", "create", "update", "delete", "patch")


@dataclass(frozen=True)
class Described:
    """An action as the description sees it.

    :param public: whether someone without an account may call it
    :param reads: whether it changes nothing, so that GET does
    :param subject: the part of the extension that it belongs to
    """

    name: str
    words: docstrings.Words
    parameters: dict[str, Parameter] = field(default_factory=dict)
    public: bool = False
    reads: bool = False
    subject: str = ""
    returns: dict[str, Any] = field(default_factory=dict)
    chained: bool = False

    @property
    def file(self) -> str:
        """The parameter that is a file; "" when none is."""
        return next((name for name in FILES if name in self.parameters), "")

    @property
    def needs_file(self) -> bool:
        """Whether the call is about a file that is sent with it."""
        return f"({_FILE})" in self.words.parameters.get(self.file, "") and not self.chained


def actions() -> list[Described]:
    """Every action of the extension by name, with those of CKAN to which it adds something."""
    plugin: Any = plugins.get_plugin("odl")
    auth = plugin.get_auth_functions()
    return [_described(name, action, auth) for name, action in sorted(plugin.get_actions().items())]


def _described(name: str, action: Any, auth: dict[str, Any]) -> Described:
    words, chained = docstrings.read(action), bool(getattr(action, "chained_action", False))
    core = _core(name, "action") if chained else None
    if chained:
        documented = docstrings.read(core)
        parameters = forms.parameters(name, documented)
        words.parameters = documented.parameters | words.parameters
        words.returns = words.returns or documented.returns
    else:
        parameters = of_schema(schema_of(action) or {})
        for key in words.parameters:
            parameters.setdefault(key, Parameter())
    for key, parameter in parameters.items():
        said, text = parameter.schema.get("description", ""), words.about(key)
        parameter.schema["description"] = said if text in said else f"{text} {said}".strip()
    rights = _unwrapped(auth.get(name)) if not chained else _core(name, "auth")
    return Described(
        name,
        words,
        parameters,
        public=bool(getattr(rights, "auth_allow_anonymous_access", False)),
        reads=bool(getattr(action, "side_effect_free", False)),
        subject=action.__module__.rpartition(".")[2],
        returns=answers.result_of(name, action),
        chained=chained,
    )


def _unwrapped(function: Any) -> Any:
    return function.func if isinstance(function, functools.partial) else function


def _core(name: str, kind: str) -> Any:
    """CKAN's own function: the action *name*, or who may call it."""
    modules = (import_module(f"ckan.logic.{kind}.{part}") for part in _CORE)
    return next((found for module in modules if (found := getattr(module, name, None))), None)


def document() -> dict[str, Any]:
    """The description of this portal's API, as OpenAPI 3.1.

    :returns: a document that ``json.dumps`` takes
    """
    described = actions()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ckanext-odl",
            "version": version("ckanext-odl"),
            "description": _ABOUT,
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": tk.h.url_for("home.index", _external=True, locale="default").rstrip("/")}],
        "tags": [_tag(subject, described) for subject in sorted({action.subject for action in described})],
        "paths": {f"/api/3/action/{action.name}": _path(action) for action in described},
        "components": {
            "schemas": answers.SCHEMAS,
            "responses": answers.RESPONSES,
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": tk.config["apitoken_header_name"],
                    "description": "An API token of your account.",
                }
            },
        },
    }


_ABOUT = (
    "The actions of the extension, and those of CKAN to which it adds something. Every answer is an envelope:"
    " `success`, and `result` or `error`. A refusal names the parameter that is unfit and says what to do, in the"
    " language of the address (French by default). Examples: docs/api.md of ckanext-odl."
)


def _tag(subject: str, described: list[Described]) -> dict[str, str]:
    plugin: Any = plugins.get_plugin("odl")
    name = next(action.name for action in described if action.subject == subject)
    about = sys.modules[plugin.get_actions()[name].__module__].__doc__ or ""
    return {"name": subject, "description": about.partition("\n")[0].strip()}


def _path(action: Described) -> dict[str, Any]:
    path: dict[str, Any] = {"post": _operation(action)}
    if action.reads:
        path["get"] = _operation(action, by_get=True)
    return path


def _operation(action: Described, *, by_get: bool = False) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{action.name}_get" if by_get else action.name,
        "tags": [action.subject],
        "summary": action.words.summary,
        "description": _description(action),
        "security": [*([{}] if action.public else []), {"token": []}],
        "responses": answers.responses(action.returns, action.words.returns, files=bool(action.file)),
    }
    if by_get:
        operation["parameters"] = [
            {
                "name": name,
                "in": "query",
                "required": parameter.required,
                "schema": {key: value for key, value in parameter.schema.items() if key != "description"},
                "description": parameter.schema.get("description", ""),
            }
            for name, parameter in action.parameters.items()
        ]
    elif action.parameters:
        operation["requestBody"] = _body(action)
    return operation


def _description(action: Described) -> str:
    errors = [f"- {name}: {text}" for name, text in action.words.errors.items()]
    return "\n\n".join(part for part in (action.words.description, "\n".join(errors)) if part)


def _body(action: Described) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if not action.needs_file:
        without = {name: parameter for name, parameter in action.parameters.items() if name != action.file}
        content["application/json"] = {"schema": as_object(without)}
    if action.file:
        schema = as_object(action.parameters)
        schema["required"] = sorted({*schema.get("required", ()), *({action.file} if action.needs_file else ())})
        content[_FILE] = {"schema": schema}
    required = action.needs_file or any(parameter.required for parameter in action.parameters.values())
    return {"required": required, "content": content}
