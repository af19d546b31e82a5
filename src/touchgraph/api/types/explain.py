"""An ownership answer in a sentence or a few, in Chinese or English: who answers, through what, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Line = Mapping[str, Any]
"""The answer for one channel: `channel`, `status`, `rule`, `base`, `parties`, `owners` with their channels."""


@dataclass(frozen=True)
class _Role:
    """What is said of a role: a sentence for each rule, or for each status without one; and of a mere line."""

    sentences: Mapping[str, str]
    other_gap: str
    word: str = ""
    on: str = ""


@dataclass(frozen=True)
class _Words:
    """A language: the column of its names, and what it says."""

    column: int
    joint: str
    by_channel: str
    other_channels: str
    place: str
    channel: str
    be: tuple[str, str]
    other_unowned: str
    rests: str
    rests_on: Mapping[str, str]
    nearer: str
    sure: Mapping[str, str]
    roles: Mapping[str, _Role]


_IN_ENGLISH = {
    "DIRECT": "{owners} {be} recorded as {word} {on} {subject}{where}.",
    "INHERITED": "{subject}{where} comes under {base}, {on} which {owners} {be} recorded as {word}.",
    "DELEGATED": "{parties} {were} recorded as {word} {on} {subject}{where}, and handed on authority to {owners}.",
    "CONFLICT": "{subject}{where} is in conflict: {owners} {be} recorded as {word} {on} it.",
    "GAP": "No unit is recorded as {word} {on} {subject}{where}.",
    "DELIBERATELY_UNOWNED": "No unit is recorded as {word} {on} {subject}{where}, on purpose: {reason}",
}
_IN_CHINESE = {
    "DIRECT": "{subject}{where}的{word}是{owners}。",
    "INHERITED": "{subject}归属于{base}，{where}其{word}是{owners}。",
    "DELEGATED": "{subject}{where}的{word}是{parties}，已授权{owners}。",
    "CONFLICT": "{subject}{where}的{word}同时是{owners}，存在冲突。",
    "GAP": "{subject}{where}没有记录{word}。",
    "DELIBERATELY_UNOWNED": "{subject}{where}有意不设{word}：{reason}",
}
_OTHER_GAP = ("Through every other channel, no unit is recorded as {word} {on} it.", "其他渠道没有记录{word}。")
_ENGLISH = _Words(
    column=2,
    joint=" and ",
    by_channel="{unit} ({channel})",
    other_channels="every other channel",
    place=" at {name}",
    channel=" through {name}",
    be=("is", "are"),
    other_unowned="Through every other channel it is answered for by nobody, on purpose: {reason}",
    rests="This rests on {facts}.",
    rests_on={"INFERRED": "inferred facts", "SYNTHETIC": "made-up or supposed facts"},
    nearer="{units} {be} recorded as responsible for {base}, by {sure}.",
    sure={"STATED": "stated facts", "INFERRED": "inferred facts", "SYNTHETIC": "made-up or supposed facts"},
    roles={
        "ACCOUNTABLE": _Role(
            {
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
            "Through every other channel it is answered for by nobody.",
        ),
        "RESPONSIBLE": _Role(_IN_ENGLISH, _OTHER_GAP[0], "responsible", "for"),
        "CONSULTED": _Role(_IN_ENGLISH, _OTHER_GAP[0], "consulted", "on"),
        "INFORMED": _Role(_IN_ENGLISH, _OTHER_GAP[0], "informed", "of"),
    },
)
_CHINESE = _Words(
    column=1,
    joint="、",
    by_channel="{unit}（{channel}）",
    other_channels="其他渠道",
    place="在{name}",
    channel="经{name}",
    be=("", ""),
    other_unowned="其他渠道有意不设负责部门：{reason}",
    rests="以上依据中有{facts}。",
    rests_on={"INFERRED": "推断的事实", "SYNTHETIC": "虚构或假设的事实"},
    nearer="{units}被记录为{base}的承担部门，依据{sure}。",
    sure={"STATED": "有明文", "INFERRED": "为推断", "SYNTHETIC": "为虚构或假设"},
    roles={
        "ACCOUNTABLE": _Role(
            {
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
            "其他渠道无人负责。",
        ),
        "RESPONSIBLE": _Role(_IN_CHINESE, _OTHER_GAP[1], "承担部门"),
        "CONSULTED": _Role(_IN_CHINESE, _OTHER_GAP[1], "咨询部门"),
        "INFORMED": _Role(_IN_CHINESE, _OTHER_GAP[1], "知会部门"),
    },
)
_WORDS = {"EN": (_ENGLISH, " "), "ZH": (_CHINESE, "")}
"""Each language, and what stands between two sentences."""


@dataclass(frozen=True)
class _Telling:
    """An answer that is being told."""

    words: _Words
    role: _Role
    ids: Mapping[str, Any]
    called: Mapping[str, str]
    shared: bool
    """Whether it differs by channel, so that each owner is told with its own."""

    def line(self, key: str, lines: Sequence[Line] = ()) -> str:
        """The sentence for a rule or status, about lines that have it for the same reason."""
        parties = sorted({unit for line in lines for unit in line["parties"]})
        owners = [self._owner(owner) for line in lines for owner in line["owners"]]
        return self.role.sentences[key].format(
            subject=self.called[self.ids["subject"]],
            where=self._where(),
            base=self.called[lines[0]["base"]] if lines else "",
            owners=self.words.joint.join(owners),
            parties=self._all(parties),
            reason=self.ids["reason"],
            **self._own(len(owners)),
            were=self.words.be[len(parties) > 1],
        )

    def other(self, status: str) -> str:
        """That nobody answers through every other channel."""
        sentence = self.words.other_unowned if status == "DELIBERATELY_UNOWNED" else self.role.other_gap
        return sentence.format(reason=self.ids["reason"], **self._own(1))

    def doubts(self) -> Iterable[str]:
        """What makes it less sure: the facts that it rests on, and whoever is named nearer in a lower role."""
        words = self.words
        if rests := self.ids["rests"]:
            yield words.rests.format(facts=words.joint.join(words.rests_on[one] for one in rests))
        found: dict[tuple[str, str], list[str]] = {}
        for one in self.ids["nearer"]:
            found.setdefault((one["base"], one["confidence"]), []).append(one["unit"])
        for (base, confidence), units in found.items():
            sure, be = words.sure[confidence], words.be[len(units) > 1]
            yield words.nearer.format(units=self._all(units), base=self.called[base], sure=sure, be=be)

    def _own(self, many: int) -> dict[str, str]:
        return {"word": self.role.word, "on": self.role.on, "be": self.words.be[many > 1]}

    def _where(self) -> str:
        at = (("place", self.words.place), ("channel", self.words.channel))
        return "".join(template.format(name=self.called[self.ids[key]]) for key, template in at if self.ids[key])

    def _all(self, units: Iterable[str]) -> str:
        return self.words.joint.join(self.called[unit] for unit in units)

    def _owner(self, owner: Mapping[str, str]) -> str:
        unit, channel = self.called[owner["unit"]], self.called.get(owner["channel"])
        if self.shared:
            channel = channel or self.words.other_channels
        return self.words.by_channel.format(unit=unit, channel=channel) if channel else unit


def explain(status: str, role: str, ids: Mapping[str, Any], names: Sequence[Sequence[str]], language: str) -> str:
    """The sentences. `ids` are those of the entities it is about, `names` rows of id, Chinese and English name."""
    words, between = _WORDS[language]
    lines: list[Line] = ids["lines"]
    called = {row[0]: row[words.column] for row in names}
    telling = _Telling(words, words.roles[role], ids, called, shared=len(lines) > 1 and status != "OWNED")
    answered = [line for line in (*lines[1:], lines[0]) if line["owners"]]
    if not answered:
        return telling.line(status)
    alike: dict[Any, list[Line]] = {}
    # One unit for all channels is told once, by the line for those that no fact names.
    for line in answered if telling.shared else answered[-1:]:
        rule = "CONFLICT" if line["status"] == "CONFLICT" else line["rule"]
        alike.setdefault((rule, line["base"], *_handing(line)), []).append(line)
    told = [telling.line(key[0], some) for key, some in alike.items()]
    told += [telling.other(line["status"]) for line in lines if not line["owners"]]
    return between.join([*told, *telling.doubts()])


def _handing(line: Line) -> list[str]:
    """Who is told beside the owners: of lines where that is not the same, each is told for itself."""
    return sorted(line["parties"]) if line["rule"] not in ("DIRECT", "INHERITED") else []
