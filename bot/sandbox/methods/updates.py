"""How updates reach a bot: by asking for them, or by a webhook."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.methods.call import Call
from bot.sandbox.nouns import Bot, Json, Update, Webhook

LOOPBACK = ("127.0.0.1", "localhost", "::1")
WEBHOOK_ACTIVE = ApiError(
    409,
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
)
OTHER_POLLER = ApiError(
    409,
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
)


def set_allowed_updates(call: Call) -> None:
    allowed = call.params.document("allowed_updates", list, "allowed updates")
    if allowed is not None:
        call.bot.allowed_updates = tuple(str(kind) for kind in allowed) or None


def acknowledge(bot: Bot, offset: int) -> None:
    """Forgets the updates before `offset`; a negative one keeps only the last so many."""
    if offset < 0:
        del bot.pending[:offset]
    elif offset:
        bot.pending[:] = [update for update in bot.pending if update.id >= offset]


def waiting_updates(bot: Bot, limit: int) -> list[Update]:
    return bot.pending[: min(max(limit, 1), 100)]


def set_webhook(call: Call) -> bool:
    url = call.params.text("url")
    if not url:
        return delete_webhook(call)
    parts = urlsplit(url)
    # Telegram takes https only; so does this server, but for a test that listens on this machine.
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = call.params.text("secret_token")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    set_allowed_updates(call)
    if call.params.boolean("drop_pending_updates"):
        call.bot.pending.clear()
    most = call.params.integer("max_connections", 40)
    call.bot.webhook = Webhook(url, secret or None, min(max(most, 1), 100))
    return True


def delete_webhook(call: Call) -> bool:
    call.bot.webhook = None
    if call.params.boolean("drop_pending_updates"):
        call.bot.pending.clear()
    return True


def get_webhook_info(call: Call) -> Json:
    hook = call.bot.webhook
    document: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(call.bot.pending),
    }
    if hook is not None:
        document["max_connections"] = hook.max_connections
        if hook.last_error is not None and hook.last_error_date is not None:
            document["last_error_message"] = hook.last_error
            document["last_error_date"] = int(hook.last_error_date.timestamp())
    if call.bot.allowed_updates:
        document["allowed_updates"] = list(call.bot.allowed_updates)
    return document
