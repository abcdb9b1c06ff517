"""Files: documents and photos, sent by their content or by a file id, and looked up again."""

from __future__ import annotations

import re
from typing import Literal

from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import read_markup
from bot.sandbox.methods.access import writable_chat
from bot.sandbox.methods.call import Call
from bot.sandbox.methods.content import caption_content
from bot.sandbox.methods.messages import post
from bot.sandbox.nouns import File, Json
from bot.sandbox.params import Upload
from bot.sandbox.pictures import picture_size
from bot.sandbox.state import State

MEGABYTE = 1024 * 1024
LARGEST_DOCUMENT = 50 * MEGABYTE
LARGEST_PHOTO = 10 * MEGABYTE
LARGEST_DOWNLOAD = 20 * MEGABYTE


def store_file(state: State, kind: Literal["document", "photo"], content: bytes, name: str, mime_type: str) -> File:
    """Keeps a file; its path on the server never holds the name that came with it."""
    file_id, unique_id, number = state.new_file_id(kind, content)
    suffix = re.search(r"\.[A-Za-z0-9]{1,8}$", name)
    path = f"{kind}s/file_{number}{suffix[0] if suffix else ''}"
    width, height = picture_size(content) or (0, 0)
    file = File(file_id, unique_id, kind, name, mime_type, content, path, width, height)
    return state.add_file(file)


def send_document(call: Call) -> Json:
    return _send_file(call, "document")


def send_photo(call: Call) -> Json:
    return _send_file(call, "photo")


def _send_file(call: Call, kind: Literal["document", "photo"]) -> Json:
    markup = read_markup(call.params)
    chat = writable_chat(call, f"{kind}s")
    file = _file(call, kind)
    return post(call, chat, caption_content(call, markup, file))


def _file(call: Call, kind: Literal["document", "photo"]) -> File:
    given = call.params.text(kind)
    name = given.removeprefix("attach://") if given.startswith("attach://") else kind
    upload = call.params.uploads.get(name)
    if upload is not None:
        _refuse_upload(kind, upload)
        mime_type = upload.content_type or "application/octet-stream"
        return store_file(call.state, kind, upload.content, upload.name, mime_type)
    if not given:
        raise bad_request(f"there is no {kind} in the request")
    file = call.state.files.get(given)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file


def _refuse_upload(kind: str, upload: Upload) -> None:
    size = len(upload.content)
    if size == 0:
        raise bad_request("file must be non-empty")
    if kind == "document":
        if size > LARGEST_DOCUMENT:
            raise bad_request("file is too big")
        return
    if size > LARGEST_PHOTO:
        raise bad_request("file is too big for a photo")
    picture = picture_size(upload.content)
    if picture is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(picture) > 10_000 or max(picture) > 20 * min(picture):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def get_file(call: Call) -> Json:
    file_id = call.params.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    file = call.state.files.get(file_id)
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.content) > LARGEST_DOWNLOAD:
        raise bad_request("file is too big")
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
        "file_path": file.path,
    }
