"""What can be asked of the catalogue."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.terms import Catalogue, Concept, catalogue, key

KNOWN = catalogue()
names = st.sampled_from(KNOWN.names())

SAME = [
    ("haemoglobin", "Hemoglobin", "HAEMOGLOBIN ", "Hb", "血红蛋白"),
    (
        "diffuse large B-cell lymphoma",
        "DLBCL",
        "diffuse large B cell lymphoma",
        "弥漫大B细胞淋巴瘤",
        "弥漫性大B细胞淋巴瘤",
    ),
    ("acute myeloid leukaemia", "Acute myeloid leukemia", "AML", "急性髓系白血病"),
    ("rest dyspnoea", "dyspnea at rest", "Dyspnoea at rest"),
    ("brain metastasis", "brain metastases", "脑转移"),
    ("oesophageal cancer", "esophageal cancer", "食管癌"),
    ("Sjögren syndrome", "Sjogren's syndrome", "sjögren’s syndrome"),
    ("Waldenström macroglobulinaemia", "Waldenstrom macroglobulinemia"),
    ("CAR-T therapy", "CAR T", "car_t", "CAR-T cells", "chimeric antigen receptor T-cell therapy"),
    ("anti-PD-1 antibody", "anti_pd1", "anti PD-L1", "PD-(L)1 antibody"),
    ("trastuzumab deruxtecan", "T-DXd", "DS-8201", "Enhertu", "德曲妥珠单抗"),
    ("VRd", "RVd", "bortezomib-lenalidomide-dexamethasone"),
    ("XELOX", "CAPOX", "CapeOx"),
    ("erythropoietin", "EPO", "促红细胞生成素"),
    ("red cell transfusion", "Red blood cell transfusion", "红细胞输注"),
    ("treponemal antibody", "TP-Ab", "梅毒螺旋体抗体"),
    ("ECOG", "ECOG performance status", "ECOG PS"),
    ("FcRH5", "FCRL5", "FcRH5 (FCRL5) expression"),
    ("immunomodulatory drug", "IMiD"),
    ("chemotherapy", "全身性化疗"),
]


@pytest.mark.parametrize("row", SAME, ids=lambda r: r[0])
def test_found_however_written(row: tuple[str, ...]) -> None:
    for text in row:
        assert KNOWN.find(text) == row[0], text


@pytest.mark.parametrize("text", ["", " ", "-", "no such thing", "haemoglobin x", "haemo"])
def test_what_is_not_known_is_not_guessed(text: str) -> None:
    assert KNOWN.find(text) is None
    assert KNOWN.find_all(text) == ()


def test_an_ambiguous_abbreviation_names_nothing() -> None:
    assert KNOWN.find("MM") is None
    assert set(KNOWN.find_all("MM")) == {"multiple myeloma", "melanoma"}


@settings(max_examples=150)
@given(name=names, data=st.data())
def test_every_spelling_finds_its_concept(name: str, data: st.DataObject) -> None:
    concept = KNOWN.get(name)
    assert concept is not None
    text = data.draw(st.sampled_from((name, *concept.synonyms, *([concept.zh] if concept.zh else []))))
    written = data.draw(
        st.sampled_from((text, text.upper(), text.replace("-", " "), f" {text} ", text.replace(" ", "  ")))
    )
    assert name in KNOWN.find_all(written)
    if key(text) not in KNOWN.ambiguous:
        assert KNOWN.find(written) == name


@settings(max_examples=100)
@given(
    words=st.lists(st.text(alphabet="abcdefghilmnoprstuxyz0123456789", min_size=1, max_size=6), max_size=4)
)
def test_keys_are_blind_to_case_spaces_and_signs(words: list[str]) -> None:
    wanted = key("".join(words))
    for text in (" ".join(words), "-".join(words).upper(), f"({', '.join(words)})", "/".join(words).title()):
        assert key(text) == wanted


IS_A = [
    ("bortezomib", "proteasome inhibitor", True),
    ("bortezomib", "targeted therapy", True),
    ("bortezomib", "anticancer treatment", True),
    ("rituximab", "immunotherapy", True),
    ("trastuzumab deruxtecan", "antibody therapy", True),
    ("lenalidomide", "immunotherapy", True),
    ("lenalidomide", "chemotherapy", False),
    ("pembrolizumab", "anti-PD-1 antibody", True),
    ("BCMA CAR-T", "gene-modified T-cell therapy", True),
    ("BCMA CAR-T", "chemotherapy", False),
    ("tocilizumab", "anticancer treatment", False),
    ("tocilizumab", "immunosuppressant", True),
    ("prednisone", "immunosuppressant", False),
    ("R-CHOP", "chemotherapy", True),
    ("R-CHOP", "antibody therapy", True),
    ("R-CHOP", "rituximab", True),
    ("intrathecal chemotherapy", "chemotherapy", False),
    ("pegylated G-CSF", "growth factor", True),
    ("pegylated G-CSF", "G-CSF", False),
    ("filgrastim", "pegylated G-CSF", False),
    ("multiple myeloma", "haematological malignancy", True),
    ("multiple myeloma", "B-cell lymphoid cancer", False),
    ("mantle cell lymphoma", "B-cell lymphoid cancer", True),
    ("B-cell acute lymphoblastic leukaemia", "B-cell lymphoma", False),
    ("B-cell acute lymphoblastic leukaemia", "B-cell lymphoid cancer", True),
    ("Hodgkin lymphoma", "B-cell lymphoma", False),
    ("small cell lung cancer", "solid tumour", True),
    ("brain metastasis", "CNS tumour", True),
    ("glioblastoma", "CNS tumour", True),
    ("syphilis", "infection", False),
    ("hepatitis B", "infection", False),
    ("cystitis", "urinary tract infection", True),
    ("lacunar stroke", "stroke", False),  # a synonym is not a name
    ("immune-related pneumonitis", "interstitial pneumonitis", True),
    ("basal cell carcinoma", "other malignancy", True),
    ("no such thing", "no such thing", True),
]


@pytest.mark.parametrize(("narrow", "broad", "holds"), IS_A)
def test_is_a(narrow: str, broad: str, holds: bool) -> None:
    assert KNOWN.is_a(narrow, broad) is holds


@settings(max_examples=100)
@given(one=names, other=names)
def test_above_and_below_are_two_views_of_one_relation(one: str, other: str) -> None:
    assert one in KNOWN.ancestors(one)
    assert (one in KNOWN.ancestors(other)) == (other in KNOWN.descendants(one))
    assert KNOWN.closure((one, other)) == KNOWN.ancestors(one) | KNOWN.ancestors(other)
    for broad in KNOWN.ancestors(one):
        assert KNOWN.ancestors(broad) <= KNOWN.ancestors(one)


@settings(max_examples=100)
@given(several=st.sets(names, max_size=5))
def test_the_most_specific_carry_the_whole_closure(several: set[str]) -> None:
    assert KNOWN.closure(KNOWN.most_specific(several)) == KNOWN.closure(several)


def test_the_most_specific_of_a_code_and_a_text() -> None:
    assert KNOWN.most_specific(["lung cancer", "small cell lung cancer"]) == {"small cell lung cancer"}
    assert KNOWN.most_specific([]) == frozenset()


ICD = [
    ("C83.30", ("diffuse large B-cell lymphoma",)),
    ("C83.3", ("diffuse large B-cell lymphoma",)),
    ("C83", ("non-Hodgkin lymphoma",)),
    ("C83.9", ("non-Hodgkin lymphoma",)),
    ("C34.1", ("lung cancer",)),
    ("C3410", ("lung cancer",)),
    ("c34.90", ("lung cancer",)),
    ("C90.01", ("multiple myeloma",)),
    ("C90", ("plasma cell neoplasm",)),
    ("C50.912", ("breast cancer",)),
    ("E10.9", ("type 1 diabetes",)),
    ("I21.4", ("myocardial infarction",)),
    ("C9", ()),
    ("C", ()),
    ("", ()),
    ("Z99.9", ()),
    ("C8", ()),
]


@pytest.mark.parametrize(("code", "expected"), ICD)
def test_icd_10_is_read_at_the_right_generality(code: str, expected: tuple[str, ...]) -> None:
    for system in ("http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm", "icd-10"):
        assert KNOWN.by_code(system, code) == expected


@pytest.mark.parametrize(
    "system",
    [
        "http://snomed.info/sct",
        "https://snomed.info/sct",
        "http://snomed.info/sct/",
        "http://snomed.info/sct|http://snomed.info/sct/900000000000207008",
        "http://snomed.info/sct/900000000000207008/version/20240701",
        "urn:oid:2.16.840.1.113883.6.96",
        "SNOMED",
    ],
)
def test_addresses_of_a_code_system(system: str) -> None:
    assert KNOWN.by_code(system, " 109989006 ") == ("multiple myeloma",)


def test_only_icd_10_is_read_by_its_beginning() -> None:
    assert KNOWN.by_code("http://snomed.info/sct", "1099890061") == ()
    assert KNOWN.by_code("http://loinc.org", "718-70") == ()
    assert KNOWN.by_code("http://example.org/local", "718-7") == ()
    assert KNOWN.by_code("", "718-7") == ()


def test_what_is_inherited() -> None:
    assert [
        getattr(KNOWN.get(n), "covered_by", "?") for n in ("bortezomib", "R-CHOP", "prednisone", "filgrastim")
    ] == [
        "anticancer treatment",
        "anticancer treatment",
        "medicines",
        "supportive care",
    ]
    assert getattr(KNOWN.get("lung disease"), "covered_by", "?") is None
    acute = {
        n: getattr(KNOWN.get(n), "acute", None) for n in ("myocardial infarction", "stroke", "heart failure")
    }
    assert acute == {"myocardial infarction": True, "stroke": True, "heart failure": False}


def test_half_lives_of_regimens() -> None:
    assert KNOWN.half_life("no such drug") is None
    assert KNOWN.half_life("pyrotinib") is None  # a drug without one
    rituximab = KNOWN.half_life("R-CHOP")
    assert rituximab is not None
    assert (rituximab.days, rituximab.drug) == (22.0, "rituximab")
    assert KNOWN.half_life("VDLP") is None  # asparaginase is not known
    combined = KNOWN.half_life("D-Rd")
    assert combined is not None
    assert combined.days == 23.0
    assert "combination" in combined.source


@settings(max_examples=60)
@given(name=st.sampled_from([c.name for c in KNOWN if c.components]))
def test_a_regimen_lives_as_long_as_its_longest_component(name: str) -> None:
    concept, found = KNOWN.get(name), KNOWN.half_life(name)
    assert concept is not None
    parts = [KNOWN.half_life(c) for c in concept.components]
    if concept.half_life is None:
        assert (found is None) == (None in parts)
    if found is not None:
        assert all(p is None or p.days <= found.days for p in parts)
        assert found.source


def test_a_small_catalogue() -> None:
    """The class on its own, without the files."""
    small = Catalogue(
        {
            "thing": Concept("thing", "condition"),
            "red thing": Concept("red thing", "condition", parents=("thing",), synonyms=("RT",)),
            "round thing": Concept("round thing", "condition", parents=("thing",), synonyms=("RT",)),
        },
        shared=("RT",),
    )
    assert small.find("rt") is None
    assert small.find_all("rt") == ("red thing", "round thing")
    assert small.descendants("thing") == {"thing", "red thing", "round thing"}
    assert len(small) == 3
    assert "thing" in small


def test_the_version_is_that_of_the_data() -> None:
    assert len(KNOWN.version) == 8
    assert catalogue() is KNOWN


@pytest.mark.parametrize("name", KNOWN.names())
def test_a_name_finds_itself(name: str) -> None:
    assert KNOWN.find(name) == name
