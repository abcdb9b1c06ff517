"""What is said about a subscription, and the keyboard that changes it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.delivery.wish import DAY_NAMES, days_words
from bot.render.html import Block, bold, code, html, plain
from bot.tables.subscriptions import Subscription, Wish
from bot.zones import zone_named

PREFIX = "sub"
Rows = list[list[InlineKeyboardButton]]


def next_words(subscription: Subscription) -> str:
    """`2025-07-09 08:30 UTC`: the next digest, local."""
    zone = subscription.wish.schedule.zone
    return f"{subscription.next_due.astimezone(zone_named(zone)):%Y-%m-%d %H:%M} {zone}"


def wish_words(wish: Wish, titles: Mapping[str, str]) -> str:
    """`every day at 08:30 UTC, on The river`."""
    topics = ", ".join(titles.get(topic, topic) for topic in wish.topics) or "all topics"
    return f"{days_words(wish.schedule.weekdays)} at {wish.schedule.at:%H:%M} {wish.schedule.zone}, on {topics}"


def example(zone: str) -> str:
    return f"/subscribe 08:30 {zone}"


def subscription_text(subscription: Subscription, titles: Mapping[str, str]) -> str:
    """All that is set, and when the next digest comes."""
    wish = subscription.wish
    return html([plain(bold("Digest"), ": ", wish_words(wish, titles), "."), *_manner(wish), _next(subscription)])[0]


def next_text(subscription: Subscription) -> str:
    return html([_next(subscription)])[0]


def no_subscription(zone: str) -> str:
    return html([plain("There is no digest here. To get one: ", code(example(zone)))])[0]


def refused(why: str, zone: str) -> str:
    """An error, with an example; nothing was changed."""
    return html([plain(why, " Nothing was changed. An example: ", code(example(zone)))])[0]


def only_administrators() -> str:
    return "Only administrators can change the digest here."


def _manner(wish: Wish) -> list[Block]:
    quiet = "A day without news is skipped." if wish.skip_quiet else "A day without news gets one line."
    sound = "It comes with a sound." if wish.aloud else "It comes silently."
    hidden = ["Its first line is neutral, and it cannot be forwarded."] if wish.discreet else []
    return [plain(" ".join([quiet, sound, *hidden]))]


def _next(subscription: Subscription) -> Block:
    if subscription.state == "paused":
        return plain(
            "It is paused", f" ({subscription.paused_why})." if subscription.paused_why else ".", " /start resumes it."
        )
    return plain("Next: ", code(next_words(subscription)))


# The keyboard. A button sets a value, it never turns one over: pressed twice, it does the same.


def main_keyboard(wish: Wish) -> InlineKeyboardMarkup:
    return _markup(
        [
            [("Topics", "p:topics"), ("Time", "p:hours")],
            [("Time zone", "p:zones"), ("Weekdays", "p:days")],
            [_choice("Skip quiet days", "quiet", wish.skip_quiet), _choice("With a sound", "aloud", wish.aloud)],
            [_choice("Neutral first line", "discreet", wish.discreet)],
            [("Unsubscribe", "end"), ("Done", "done")],
        ]
    )


def topics_keyboard(wish: Wish, titles: Mapping[str, str]) -> InlineKeyboardMarkup:
    """A button for each topic, by its place in the story: its name may be too long for a button's data."""
    rows = [
        [(_ticked(title, topic in wish.topics), f"t:{place}:{int(topic not in wish.topics)}")]
        for place, (topic, title) in enumerate(titles.items())
    ]
    return _markup([[(_ticked("All topics", not wish.topics), "t:all")], *rows, _BACK])


def hours_keyboard() -> InlineKeyboardMarkup:
    return _markup([*_grid([(f"{hour:02d}", f"h:{hour}") for hour in range(24)], 6), _BACK])


def minutes_keyboard(hour: int) -> InlineKeyboardMarkup:
    marks = [(f"{hour:02d}:{minute:02d}", f"m:{hour}:{minute}") for minute in range(0, 60, 5)]
    return _markup([*_grid(marks, 4), _BACK])


def zones_keyboard(wish: Wish, zones: Sequence[str]) -> InlineKeyboardMarkup:
    return _markup([*[[(_ticked(zone, zone == wish.schedule.zone), f"z:{zone}")] for zone in zones], _BACK])


def days_keyboard(wish: Wish) -> InlineKeyboardMarkup:
    chosen = wish.schedule.weekdays
    days = [
        (_ticked(name.title(), day in chosen), f"d:{day}:{int(day not in chosen)}")
        for day, name in enumerate(DAY_NAMES)
    ]
    return _markup([[("Every day", "d:all"), ("Mon–Fri", "d:work")], *_grid(days, 4), _BACK])


_BACK = [("Back", "p:main")]


def _choice(label: str, name: str, value: bool) -> tuple[str, str]:
    return _ticked(label, value), f"s:{name}:{int(not value)}"


def _ticked(label: str, value: bool) -> str:
    return f"✓ {label}" if value else label


def _grid(buttons: Sequence[tuple[str, str]], width: int) -> list[list[tuple[str, str]]]:
    return [list(buttons[at : at + width]) for at in range(0, len(buttons), width)]


def _markup(rows: Sequence[Sequence[tuple[str, str]]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=f"{PREFIX}:{data}") for label, data in row] for row in rows]
    )
