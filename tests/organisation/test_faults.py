"""Everything wrong in a set of files is told at once, each with its line and what was expected."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

from touchgraph.errors import Fault
from touchgraph.organisation.facts import Snapshot
from touchgraph.organisation.files.planning import rehearse
from touchgraph.organisation.files.records import SeedFile, read_file

HEAD = """\
changeSet:
  id: change:{name}
  nameZh: 名
  nameEn: Name
  effective: 2025-01-01
  recorded: 2025-06-0{day}T00:00:00Z
  evidence: {{source: source:a, confidence: STATED}}
"""
SOURCE = "sources: [{id: source:a, nameZh: 文, nameEn: Text}]\n"


def rehearsed(tmp_path: Path, *texts: str) -> list[Fault]:
    """The faults of files named a.yaml, b.yaml, …; their paths cut off."""
    files: list[SeedFile] = []
    for name, text in zip("abcdef", texts, strict=False):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text)
        files.append(read_file(path))
    rehearse(files, Snapshot(), {})
    return sorted({Fault(Path(f.file).name, f.line, f.message) for file in files for f in file.faults})


def expected(name: str, text: str) -> list[tuple[str, int, str]]:
    """The lines of a text that end in `# ✗ part of a message`; several messages are parted by `✗`."""
    return [
        (name, number, message.strip())
        for number, line in enumerate(text.splitlines(), start=1)
        if "# ✗" in line
        for message in line.split("# ✗")[1].split("✗")
    ]


def assert_faults(found: list[Fault], wanted: list[tuple[str, int, str]]) -> None:
    assert [(f.file, f.line) for f in found] == sorted((name, line) for name, line, _ in wanted), "\n".join(
        map(str, found)
    )
    for name, line, message in wanted:
        here = [f.message for f in found if (f.file, f.line) == (name, line)]
        assert any(message in told for told in here), (message, here)
    assert all("\n" not in f.message and not re.search(r"pydantic|<class|Error", f.message) for f in found)


BAD = HEAD.format(name="bad", day=1) + dedent("""\
    colour: red                                                # ✗ unknown key `colour`: expected one of changeSet
    sources:
      - {id: source:a, nameZh: 文, nameEn: Text}
      - {id: text:b, nameZh: 文, nameEn: Text}                  # ✗ expected one that begins with source:
      - {id: source:c, nameZh: 文, nameEn: Text, publishedOn: soon}  # ✗ `publishedOn` is soon: expected a date
    entities:
      - {id: centre:c, nameZh: 公司, nameEn: Company}
      - {id: dept:a, nameZh: 甲, nameEn: A, parent: centre:c}
      - {id: dept:c1, nameZh: 丙, nameEn: C}
      - {id: dept:b, nameZh: 乙, parent: dept:a}                # ✗ `nameEn` is missing
      - id: dept:c
        nameZh: 丙
        nameEn: 3                                              # ✗ `nameEn` is 3: expected text
        level: high                                            # ✗ `level` is high: expected a valid integer
        weight: 2                                              # ✗ unknown key `weight`: expected one of
      - {id: team:x, nameZh: 丁, nameEn: D}                     # ✗ expected one that begins with company:
      - {id: Dept_E, nameZh: 丁, nameEn: D}                     # ✗ `id` is Dept_E
      - {id: dept:E, nameZh: 丁, nameEn: D}                     # ✗ expected an id such as dept:sales
      - {nameZh: 丁, nameEn: D}                                 # ✗ `id` is missing
      - just text                                              # ✗ expected keys and values
      - {id: dept:a, nameZh: 甲, nameEn: A}                     # ✗ dept:a is declared already in
      - {id: dept:f, nameZh: 己, nameEn: F, parent: dept:z}     # ✗ unknown id dept:z
      - {id: dept:g, nameZh: 庚, nameEn: G, parent: touchpoint:t}  # ✗ expected OrgUnit
      - {id: dept:h, nameZh: 辛, nameEn: H, validTo: 2025-01-01}   # ✗ is not before validTo
      - {id: dept:i, nameZh: 壬, nameEn: I, validFrom: 2025-02-30}  # ✗ is no value
      - {id: touchpoint:t, nameZh: 点, nameEn: T}
      - {id: channel:x, nameZh: 线, nameEn: X, validTo: 2025-06-01}
      - {id: stage:s, nameZh: 阶, nameEn: S}                    # ✗ `ordinal` is missing
      - {id: claim:k, nameZh: 言, nameEn: K, kind: RUMOUR}      # ✗ expected 'PRINCIPLE', 'BREAKTHROUGH'
    facts:
      - {type: OWNS_IT, start: dept:a, end: touchpoint:t}      # ✗ expected one of PART_OF, REPORTS_TO
      - {type: HAS_STATE, start: dept:a, end: touchpoint:t}    # ✗ `type` is HAS_STATE
      - {start: dept:a, end: touchpoint:t}                     # ✗ `type` is missing
      - {type: RESPONSIBLE_FOR, start: dept:a, end: touchpoint:t, role: BOSS}  # ✗ 'ACCOUNTABLE', 'RESPONSIBLE'
      - {type: RESPONSIBLE_FOR, start: dept:a, end: touchpoint:t, role: INFORMED, channel: channel:x}  # ✗ when chann
      - {type: RESPONSIBLE_FOR, start: touchpoint:t, end: dept:a, role: INFORMED}  # ✗ cannot start at touchpoint:t
      - {type: DELEGATES_TO, start: dept:a, end: dept:c1, scope: channel:x, validTo: 2025-06-01}  # ✗ id of a OrgUnit
      - {type: RESPONSIBLE_FOR, start: dept:a, end: touchpoint:t, role: ACCOUNTABLE}
      - {type: RESPONSIBLE_FOR, start: dept:a, end: touchpoint:t, role: ACCOUNTABLE, validFrom: 2025-03-01}  # ✗ holds
      - {type: PART_OF, start: dept:a, end: dept:f}            # ✗ dept:a can have one PART_OF at a time
      - {type: PART_OF, start: centre:c, end: dept:a}          # ✗ centre:c (Centre) cannot stand below dept:a (Dep
      - {type: KIND_OF, start: touchpoint:t, end: touchpoint:t}  # ✗ touchpoint:t → touchpoint:t
      - {type: SERVES, start: touchpoint:t, end: stage:s}
      - {type: USES, start: touchpoint:t, end: channel:x, validFrom: 2025-05-01, validTo: 2025-04-01}  # ✗ not before
      - {type: USES, start: touchpoint:t, end: channel:x, validTo: 2025-04-01,
         evidence: {source: source:z, confidence: STATED}}
      - type: USES
        start: touchpoint:t
        end: channel:x
        evidence:
          source: source:a
          confidence: SURE                                     # ✗ 'STATED', 'INFERRED' or 'SYNTHETIC'
    changes:
      - destroy: {id: dept:a}                                  # ✗ unknown change `destroy`: expected one of create
      - rename: dept:a                                         # ✗ `rename` needs its fields
      - {rename: {id: dept:a, nameEn: N}, rank: {id: dept:a, level: 1}}  # ✗ expected one change
      - rename: {id: dept:a, nameFr: N}                        # ✗ unknown key `nameFr`
      - move: {id: dept:f}                                     # ✗ `parent` is missing
      - close: {id: centre:c}                                  # ✗ still has children
      - staff: {unit: dept:a, position: position:p, headcount: 2}  # ✗ unknown id position:p
      - rename: {id: dept:a, nameEn: N, note: x}
        note: y                                                # ✗ stands beside `rename` and within it
      - rename: {id: dept:a, nameEn: N}
        evidence: {source: source:a}                           # ✗ `evidence.confidence` is missing
""")


def test_every_fault_of_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    """Exactly the lines that are wrong are told, each with what was expected; what refers to them is not blamed."""
    wanted = expected("a.yaml", BAD)
    line = next(
        n
        for n, text in enumerate(BAD.splitlines(), 1)
        if "start: touchpoint:t, end: channel:x, validTo: 2025-04" in text
    )
    assert_faults(rehearsed(tmp_path, BAD), [*wanted, ("a.yaml", line, "unknown id source:z")])


def test_faults_of_all_files_are_told_together(tmp_path: Path) -> None:
    """References go from file to file; what a later file makes is unknown to an earlier one."""
    one = (
        HEAD.format(name="one", day=1)
        + SOURCE
        + dedent("""\
        entities:
          - {id: dept:a, nameZh: 甲, nameEn: A, parent: dept:b}  # ✗ unknown id dept:b
          - {id: dept:c, nameZh: 丙, nameEn: C}
        """)
    )
    two = HEAD.format(name="two", day=2) + dedent("""\
        entities:
          - {id: dept:b, nameZh: 乙, nameEn: B, parent: dept:c}
          - {id: dept:c, nameZh: 丙, nameEn: C}                  # ✗ dept:c is declared already in
        facts:
          - {type: PART_OF, start: dept:c, end: dept:b}         # ✗ would come back
        """)
    assert_faults(rehearsed(tmp_path, two, one), [*expected("a.yaml", two), *expected("b.yaml", one)])


def test_change_sets_need_times_of_their_own(tmp_path: Path) -> None:
    """Two change sets recorded at the same time cannot be told apart; the one that is read later is at fault."""
    one, two = HEAD.format(name="one", day=1) + SOURCE, HEAD.format(name="two", day=1)
    assert_faults(rehearsed(tmp_path, one, two), [("b.yaml", 1, "`recorded` has to be later than 2025-06-01T00:00:00")])


def test_a_change_set_needs_its_fields(tmp_path: Path) -> None:
    """A file without a change set, and one whose change set is wrong, say so; the rest is not blamed for it."""
    wrong = (
        dedent("""\
        changeSet:                              # ✗ `nameZh` is missing
          id: reform                            # ✗ expected an id such as
          nameEn: Name
          effective: 2025-01-01
          recorded: 2025-06-01T00:00:00         # ✗ expected a time with its zone
          evidence: {source: source:a, confidence: STATED}
        """)
        + SOURCE
    )
    other = HEAD.format(name="x", day=2) + "entities: [{id: dept:a, nameZh: 甲, nameEn: A}]\n"
    nothing = "entities: []\n"
    found = rehearsed(tmp_path, wrong, other, nothing, "", "- a\n")
    wanted = [(name, 1, "no `changeSet` in this file") for name in ("c.yaml", "d.yaml", "e.yaml")]
    assert_faults(found, [*expected("a.yaml", wrong), *wanted])


def test_the_id_of_a_change_set_tells_what_it_is(tmp_path: Path) -> None:
    """Another prefix than change: is refused, and so is a source that there is not."""
    text = HEAD.format(name="x", day=1).replace("change:x", "reform:x")
    found = rehearsed(tmp_path, text)
    assert_faults(found, [("a.yaml", 1, "expected one that begins with change:"), ("a.yaml", 1, "unknown id source:a")])


def test_sections_are_lists(tmp_path: Path) -> None:
    """A section that is no list is told of; an empty one is none."""
    text = HEAD.format(name="x", day=1) + SOURCE + "entities: {id: dept:a}  # ✗ `entities` has to be a list\nfacts:\n"
    assert_faults(rehearsed(tmp_path, text), expected("a.yaml", text))
