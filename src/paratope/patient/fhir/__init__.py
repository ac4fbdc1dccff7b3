"""FHIR R4 (mCODE, US Core, European and plain hospital exports) to patients.

``read_bundle`` reads one parsed JSON document, ``read_resources`` any collection of resources. Neither raises,
whatever the JSON; what was not used is in ``Patient.unused`` with the reason in plain words.
"""

from paratope.patient.fhir.reader import Reading, Whole, read_all, read_bundle, read_resources

__all__ = ["Reading", "Whole", "read_all", "read_bundle", "read_resources"]
