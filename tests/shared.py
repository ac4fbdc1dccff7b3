"""Where the shared study documents and cases lie, when they are beside this checkout.

Tests that read them skip elsewhere. Set ``PARATOPE_SHARED`` to point at another copy.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_beside = Path(os.environ.get("PARATOPE_SHARED", Path(__file__).resolve().parents[2] / "shared"))

SHARED: Path | None = _beside if (_beside / "requirements").is_dir() else None

needs_shared = pytest.mark.skipif(
    SHARED is None, reason="the shared study documents are not beside this checkout"
)
