"""Zones as people write them."""

import pytest

from bot.zones import UnknownZone, find_zone, zone_named
from retrieval.names import Name, Names

NAMES = Names([Name("nmharbour", "Old Harbour", "place", ("Old Harbour", "Harbour"), zone="Asia/Tokyo")])


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Asia/Yangon", "Asia/Yangon"),
        ("asia/yangon", "Asia/Yangon"),
        ("yangon", "Asia/Yangon"),
        ("New York", "America/New_York"),
        ("new_york", "America/New_York"),
        ("old  harbour", "Asia/Tokyo"),
        ("+06:30", "UTC+06:30"),
        ("UTC+5:45", "UTC+05:45"),
        ("utc-3", "UTC-03:00"),
        ("GMT+0530", "UTC+05:30"),
        ("\u22123", "UTC-03:00"),
        ("utc", "UTC"),
        ("UTC+0", "UTC"),
    ],
)
def test_finds_what_is_meant(written: str, zone: str) -> None:
    assert find_zone(written, NAMES) == zone
    assert zone_named(zone) is not None


@pytest.mark.parametrize("written", ["", "Nowhere", "+25", "+14:30", "UTC+5:75", "../etc/passwd", "a" * 500, "mon-fri"])
def test_refuses_the_rest(written: str) -> None:
    with pytest.raises(UnknownZone):
        find_zone(written, NAMES)


def test_tells_what_is_near() -> None:
    with pytest.raises(UnknownZone) as refused:
        find_zone("Yangoon", NAMES)
    assert "Asia/Yangon" in refused.value.near
