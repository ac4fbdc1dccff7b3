"""The dossier of one patient: one self-contained page for navigator and oncologist."""

from paratope.report.dossier.page import dossier, file_name

__all__ = ["dossier", "file_name"]
