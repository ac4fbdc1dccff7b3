"""The plain form of a patient, as a person types it: YAML or JSON in, facts or problems out.

``read_plain_text`` reads a file's text and knows the line of everything; ``read_plain`` reads data that
something else has parsed (a little patient inside a protocol file). Neither raises, whatever it is given.
The fields are listed in ``fields``; the manual's page is ``docs/reference/patient-form.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paratope.patient.plain.read import read_plain, read_plain_text

__all__ = ["read_plain", "read_plain_text"]


def __getattr__(name: str) -> Any:
    """The readers, loaded when first asked for: whoever only needs ``load`` need not wait for the catalogue."""
    if name in __all__:
        from paratope.patient.plain import read

        return getattr(read, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
