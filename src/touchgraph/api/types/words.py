"""Names for what has none of its own: a lead by its id, an event by its kind or theme and its day."""

from __future__ import annotations

from collections.abc import Mapping

_CHINESE: Mapping[str, str] = {
    "VIEW": "浏览",
    "ENQUIRY": "咨询",
    "CALL": "通话",
    "MESSAGE": "消息",
    "VISIT": "到店",
    "TEST_DRIVE": "试驾",
    "ORDER": "下订",
    "DELIVERY": "交车",
    "ACTIVITY": "活动",
    "SERVICE": "服务",
    "DESIGN": "外观设计",
    "QUALITY": "质量",
    "INTELLIGENCE": "智能化",
    "RANGE": "续航",
    "COMFORT": "舒适性",
    "PRICE": "价格",
}
"""Kinds of interactions, then themes of feedback; service is both."""


def in_chinese(what: str | None, at: str | None = None) -> str | None:
    """The Chinese name."""
    return _name(what, at, _CHINESE.get(what or ""), "线索")


def in_english(what: str | None, at: str | None = None) -> str | None:
    """The English name."""
    return _name(what, at, (what or "").replace("_", " ").capitalize(), "Lead")


def _name(what: str | None, at: str | None, word: str | None, lead: str) -> str | None:
    if what is None:
        return None
    return f"{word} {at[:10]}" if at else f"{lead} {what.partition(':')[2]}"
