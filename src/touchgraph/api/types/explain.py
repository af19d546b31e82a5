"""An ownership answer as one sentence, in Chinese or English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class _Words:
    """A language: the column of its names, and the sentence for each rule, or for each status without one."""

    column: int
    joint: str
    by_channel: str
    place: str
    channel: str
    sentences: Mapping[str, str]


_WORDS = {
    "EN": _Words(
        column=2,
        joint=" and ",
        by_channel="{unit} ({channel})",
        place=" at {name}",
        channel=" through {name}",
        sentences={
            "DIRECT": "{subject}{where} is answered for by {owners}.",
            "INHERITED": "{subject}{where} comes under {base}, which is answered for by {owners}.",
            "SOLE_RESPONSIBLE": "Nobody is accountable for {base}, and only {parties} is responsible: "
            "{subject}{where} is taken to be answered for by {owners}.",
            "COMMON_PARENT": "Nobody is accountable for {base}, and {parties} are responsible: "
            "{subject}{where} is taken to be answered for by the unit above them, {owners}.",
            "DELEGATED": "{subject}{where} is answered for by {owners}, to whom {parties} handed on authority.",
            "CONFLICT": "{subject}{where} is in conflict: it is answered for by {owners}.",
            "GAP": "{subject}{where} is answered for by nobody.",
            "DELIBERATELY_UNOWNED": "{subject}{where} is answered for by nobody, on purpose: {reason}",
        },
    ),
    "ZH": _Words(
        column=1,
        joint="、",
        by_channel="{unit}（{channel}）",
        place="在{name}",
        channel="经{name}",
        sentences={
            "DIRECT": "{subject}{where}由{owners}负责。",
            "INHERITED": "{subject}归属于{base}，{where}由{owners}负责。",
            "SOLE_RESPONSIBLE": "{base}没有第一责任部门，只有{parties}承担，{subject}{where}推定由{owners}负责。",
            "COMMON_PARENT": "{base}没有第一责任部门，由{parties}共同承担，"
            "{subject}{where}推定由其共同上级{owners}负责。",
            "DELEGATED": "{subject}{where}由{parties}授权{owners}负责。",
            "CONFLICT": "{subject}{where}由{owners}同时负责，存在冲突。",
            "GAP": "{subject}{where}无人负责。",
            "DELIBERATELY_UNOWNED": "{subject}{where}有意不设负责部门：{reason}",
        },
    ),
}


def explain(
    status: str, rule: str | None, ids: Mapping[str, Any], names: Sequence[Sequence[str]], language: str
) -> str:
    """The sentence. `ids` are those of the entities it is about, `names` rows of id, Chinese and English name."""
    words = _WORDS[language]
    called = {row[0]: row[words.column] for row in names}
    where = "".join(
        template.format(name=called[ids[key]])
        for key, template in (("place", words.place), ("channel", words.channel))
        if ids[key]
    )
    owners = [_owner(owner, called, words.by_channel) for owner in ids["owners"]]
    return words.sentences[status if rule is None or status == "CONFLICT" else rule].format(
        subject=called[ids["subject"]],
        where=where,
        base=called.get(ids["base"]),
        owners=words.joint.join(owners),
        parties=words.joint.join(called[unit] for unit in sorted(set(ids["parties"]))),
        reason=ids["reason"],
    )


def _owner(owner: Mapping[str, str], called: Mapping[str, str], by_channel: str) -> str:
    unit, channel = called[owner["unit"]], called.get(owner["channel"])
    return by_channel.format(unit=unit, channel=channel) if channel else unit
