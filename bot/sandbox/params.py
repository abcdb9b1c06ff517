"""The parameters of a request, however it carried them, read strictly."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.errors import ApiError, bad_request


@dataclass(frozen=True)
class Upload:
    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Params:
    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        if isinstance(value, bool | int | float):
            return json.dumps(value)
        if not isinstance(value, str):
            raise bad_request(f'parameter "{name}" must be a string')
        return value

    def integer(self, name: str, default: int = 0) -> int:
        value = self.values.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise bad_request(f'parameter "{name}" must be an integer')
        try:
            return int(value)
        except ValueError:
            raise bad_request(f'parameter "{name}" must be an integer') from None

    def boolean(self, name: str, *, default: bool = False) -> bool:
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if str(value).lower() in ("true", "1", "yes", "t", "y"):
            return True
        if str(value).lower() in ("false", "0", "no", "f", "n", ""):
            return False
        raise bad_request(f'parameter "{name}" must be a Boolean')

    def document(self, name: str, kind: type, what: str) -> Any:
        """A JSON value of that kind, or None; `what` names it in the refusal."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise bad_request(f"can't parse {what} JSON object") from None
        if value is not None and not isinstance(value, kind):
            wanted = "Array" if kind is list else "Object"
            raise bad_request(f"can't parse {what}: {wanted} expected")
        return value

    def chat_id(self, name: str = "chat_id") -> int | str:
        value = self.text(name)
        if not value:
            raise bad_request(f"{name} is empty")
        try:
            return int(value)
        except ValueError:
            if value.startswith("@"):
                return value
            raise bad_request("chat not found") from None


def read_params(content_type: str, query: bytes, body: bytes) -> Params:
    """Reads query string and body: JSON, form or multipart, as the Bot API takes them."""
    kind, _, options = content_type.partition(";")
    kind = kind.strip().lower()
    values: dict[str, Any] = _form(query)
    uploads: dict[str, Upload] = {}
    if kind == "application/json" and body:
        values.update(_json(body))
    elif kind == "application/x-www-form-urlencoded":
        values.update(_form(body))
    elif kind == "multipart/form-data":
        _multipart(body, options, values, uploads)
    _refuse_bad_strings(values)
    return Params(values, uploads)


def _json(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    except ValueError:
        raise bad_request("can't parse request: invalid JSON") from None
    if not isinstance(document, dict):
        raise bad_request("can't parse request: object expected")
    return {name: value for name, value in document.items() if value is not None}


def _form(data: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(data.decode("ascii"), keep_blank_values=True, errors="strict")
    except (UnicodeDecodeError, ValueError):
        raise bad_request("strings must be encoded in UTF-8") from None
    return dict(pairs)


def _multipart(body: bytes, options: str, values: dict[str, Any], uploads: dict[str, Upload]) -> None:
    boundary = _option(options, "boundary")
    if not boundary:
        raise bad_request("can't parse request: no boundary")
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:]:
        if part.startswith(b"--"):
            return
        head, separator, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not separator:
            raise bad_request("can't parse request: broken part")
        headers = _headers(head)
        disposition = headers.get("content-disposition", "")
        name = _option(disposition, "name")
        if 'filename="' in disposition or "filename*=" in disposition:
            uploads[name] = Upload(_option(disposition, "filename"), content, headers.get("content-type", ""))
        else:
            values[name] = _decoded(content)
    raise ApiError(400, "Bad Request: can't parse request: unfinished body")


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _option(header: str, name: str) -> str:
    for option in header.split(";"):
        key, _, value = option.strip().partition("=")
        if key.lower() == name:
            return value.strip('"').replace("%22", '"')
    return ""


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def _refuse_bad_strings(value: Any) -> None:
    """A lone surrogate, smuggled in by a JSON escape, is no UTF-8."""
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
    elif isinstance(value, dict):
        for item in value.values():
            _refuse_bad_strings(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_bad_strings(item)
