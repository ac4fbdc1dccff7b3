"""The dated, sourced facts of one person, and the readers of records that hold them.

``read.read_path`` reads any file or directory, ``fhir.read_bundle`` parsed FHIR R4, ``plain`` the form a person
types. All give ``model.Patient``; ``build.build_patient`` makes one from facts.
"""
