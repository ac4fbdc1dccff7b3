"""Names of drugs and regimens in free text: ``trastuzumab-XELOX``, ``high-dose melphalan (conditioning)``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from paratope.patient.fhir.coding import codes_of, displays_of, kind_of, related, text_of
from paratope.patient.fhir.numbers import tidy
from paratope.patient.fhir.shape import Json, text
from paratope.terms import catalogue

_KINDS = frozenset({"drug", "therapy", "medicine class", "supportive", "procedure", "product", "vaccine"})


class Drugs(NamedTuple):
    """What a name of a medicine or regimen was understood as.

    ``names``: drugs, regimens, classes; the most specific. ``targets``: antigens named in it ("BCMA CAR-T").
    ``unknown``: words that name nothing we know; ``joined``: those of them that stand as a component of their
    own ("bortezomib + X"). ``text``: how to show it. ``why``: a disagreement of code and text.
    """

    names: frozenset[str]
    targets: frozenset[str]
    unknown: tuple[str, ...]
    joined: tuple[str, ...]
    text: str
    why: str | None = None


_NOISE = frozenset(
    """high low dose dosed dense reduced modified mini weekly biweekly daily monthly twice once every week weeks
    day days month months cycle cycles course courses of in on the a for to by via with at and or oral iv i.v.
    intravenous sc s.c. subcutaneous im i.m. intramuscular po p.o. intrathecal topical inhaled tablet tablets
    capsule capsules solution suspension injection injectable infusion powder vial syringe prefilled pen cream
    ointment drops spray patch film coated delayed extended release er xr sr hr hour dispersible chewable
    delivered mg g ug mcg ml l iu ui mu u m2 kg unit units therapy treatment regimen combination protocol schema
    maintenance induction consolidation salvage bridging first second third fourth line 1st 2nd 3rd 4th 1l 2l 3l
    adjuvant neoadjuvant palliative perioperative based containing single agent monotherapy mono biosimilar anti
    hydrochloride hcl sodium phosphate acetate sulfate sulphate succinate besylate besilate mesylate maleate
    citrate tartrate calcium potassium magnesium disodium dihydrate monohydrate anhydrous disoproxil fumarate
    liposomal liposome pegylated human recombinant q d qd bid tid qid qod prn x n no new old therapeutic
    cells cell infusions autologous 每日 每周 注射 口服 静脉 周期 方案 治疗 片 胶囊 注射液""".split()  # noqa: SIM905
)
"""Words around the name of a drug: doses, routes, forms, salts, lines. They name no medicine."""

_SPLIT = re.compile(r"([\s\-‐–—+/,、;&＋·]+|(?<=[a-z])(?=[+/]))")
_DROP = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]\s*")
_AMOUNT = re.compile(
    r"(?:[0-9]+(?:[.,][0-9]+)?(?:mg|g|ug|mcg|ml|iu|mu|u|%|x|d|w|h|hr)?(?:/(?:m2|kg|d|ml|day))?)+|%|[ivx]+|"
    r"q[0-9]*(?:d|w|wk|h|m)|d[0-9]+|x[0-9]+|auc[0-9]*"
)
_JOINS = re.compile(r"[+/、,;&＋]")


@lru_cache(maxsize=8192)
def drugs_in(words: str) -> Drugs:
    """The medicines a whole name says: the name itself if we know it, else its parts."""
    show = words.strip()
    if len(show) > 300:
        return Drugs(frozenset(), frozenset(), (show[:60],), (), show[:300])
    whole = _one(show)
    if whole is not None:
        return Drugs(frozenset((whole,)), frozenset(), (), (), show)
    bare = _DROP.sub(" ", tidy(show)).strip()
    whole = _one(bare) if bare else None
    if whole is not None:
        return Drugs(frozenset((whole,)), frozenset(), (), (), show)
    pieces = _SPLIT.split(bare)
    found: set[str] = set()
    targets: set[str] = set()
    unknown: list[str] = []
    joined: list[str] = []
    words_at = [n for n in range(0, len(pieces), 2) if pieces[n]]
    at = 0
    while at < len(words_at):
        step = 1
        for length in range(min(6, len(words_at) - at), 0, -1):
            first, last = words_at[at], words_at[at + length - 1]
            part = "".join(pieces[first : last + 1])
            name = _one(part)
            if name is not None and (length > 1 or part.lower() not in _NOISE):
                found.add(name)
                step = length
                break
        else:
            part = pieces[words_at[at]]
            plain = part.lower().strip(".")
            antigen = catalogue().find(part)
            if antigen is not None and kind_of(antigen) == "antigen":
                targets.add(antigen)
            elif plain not in _NOISE and not _AMOUNT.fullmatch(plain):
                unknown.append(part)
                before = pieces[words_at[at] - 1] if words_at[at] > 0 else ""
                last_piece = words_at[at] + 1 >= len(pieces)
                after = "" if last_piece else pieces[words_at[at] + 1]
                if _JOINS.search(before) or _JOINS.search(after) or before.strip() == "-" == after.strip():
                    joined.append(part)
        at += step
    names = catalogue().most_specific(found)
    return Drugs(names, frozenset(targets), tuple(unknown), tuple(joined), show)


def _one(part: str) -> str | None:
    name = catalogue().find(part)
    return name if name is not None and kind_of(name) in _KINDS else None


def drugs_of(concept: Json) -> Drugs:
    """The medicines of a CodeableConcept: its codes, and its text where that says more."""
    if isinstance(concept, str):
        return drugs_in(concept)
    if not isinstance(concept, dict):
        return Drugs(frozenset(), frozenset(), (), (), "")
    return _drugs(codes_of(concept), text(concept.get("text")), displays_of(concept), text_of(concept))


@lru_cache(maxsize=8192)
def _drugs(
    codes: tuple[tuple[str, str], ...], own: str | None, displays: tuple[str, ...], show: str
) -> Drugs:
    terms = catalogue()
    coded = frozenset(
        c
        for system, code in codes
        for c in (terms.by_code(system, code) or _atc(system, code))
        if kind_of(c) in _KINDS
    )
    said = drugs_in(own) if own is not None else None
    if said is None or not (said.names or said.targets):
        for display in displays:
            other = drugs_in(display)
            if other.names:
                said = other
                break
    if said is None:
        return Drugs(coded, frozenset(), (), (), show)
    if not coded:
        return said._replace(text=show)
    why = None
    if said.names and not any(related(a, b) for a in coded for b in said.names):
        why = f"its code means {', '.join(sorted(coded))}, its text says {', '.join(sorted(said.names))}"
    names = terms.most_specific(coded | said.names)
    return Drugs(names, said.targets, (), said.joined, show, why)


# The WHO's Anatomical Therapeutic Chemical classification, by prefix, longest first: the class of a drug we
# have no name for. Source: WHO Collaborating Centre for Drug Statistics Methodology, ATC index 2024.
_ATC = {
    "L01A": "alkylating agent", "L01BA": "antimetabolite", "L01BB": "antimetabolite", "L01BC": "antimetabolite",
    "L01CA": "vinca alkaloid", "L01CB": "topoisomerase inhibitor", "L01CD": "taxane",
    "L01CE": "topoisomerase inhibitor", "L01DB": "anthracycline", "L01D": "chemotherapy",
    "L01E": "tyrosine kinase inhibitor", "L01FA": "anti-CD20 antibody", "L01FC": "anti-CD38 antibody",
    "L01FD": "anti-HER2 antibody", "L01FE": "anti-EGFR antibody", "L01FF": "anti-PD-1 antibody",
    "L01FG": "anti-VEGF antibody", "L01F": "antibody therapy", "L01XA": "platinum compound",
    "L01XC": "antibody therapy", "L01XE": "tyrosine kinase inhibitor", "L01XG": "proteasome inhibitor",
    "L01XH": "HDAC inhibitor", "L01XK": "PARP inhibitor", "L01XL": "anticancer treatment",
    "L01": "anticancer drug therapy", "L02B": "hormonal therapy", "L02A": "hormonal therapy",
    "L03AA": "growth factor", "L03AX": "immunostimulant", "L03": "immunostimulant",
    "L04AX02": "immunomodulatory drug", "L04AX04": "immunomodulatory drug", "L04AX06": "immunomodulatory drug",
    "L04": "immunosuppressant", "B01AC": "antiplatelet", "B01AB": "anticoagulant", "B01A": "anticoagulant",
    "B03XA": "erythropoietin", "B02BX04": "thrombopoietin", "B02BX05": "thrombopoietin",
    "B02BX08": "thrombopoietin", "H02AB": "glucocorticoid", "H03A": "thyroid hormone", "A10A": "insulin",
    "A10B": "antidiabetic", "A02B": "acid suppressant", "A04A": "antiemetic", "J01": "antibiotic",
    "J02": "antifungal", "J04": "antituberculous drug", "J05": "antiviral", "J06B": "immunoglobulin",
    "C01B": "antiarrhythmic", "C02": "antihypertensive", "C03": "antihypertensive", "C07": "antihypertensive",
    "C08": "antihypertensive", "C09": "antihypertensive", "M05B": "bone-modifying agent", "N02": "analgesic",
    "M01A": "analgesic", "N03": "anticonvulsant", "N05A": "antipsychotic", "N05": "psychotropic",
    "N06A": "antidepressant", "R03BA": "inhaled glucocorticoid", "D07": "topical glucocorticoid",
}  # fmt: skip


@lru_cache(maxsize=4096)
def _atc(system: str, code: str) -> tuple[str, ...]:
    """The class an ATC code stands for; empty for another system. B01AD (thrombolytics) is none of ours."""
    if (
        "whocc.no/atc" not in system
        and "2.16.840.1.113883.6.73" not in system
        and not system.endswith("/atc")
    ):
        return ()
    plain = code.strip().upper()
    if plain.startswith("B01AD"):
        return ("medicine",)
    for length in range(len(plain), 2, -1):
        found = _ATC.get(plain[:length])
        if found is not None and found in catalogue():
            return (found,)
    return ("medicine",) if plain[:1].isalpha() else ()
