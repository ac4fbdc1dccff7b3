#!/usr/bin/env bash
# Makes the generated pages of the reference again; the tests fail when one is stale.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
$python -c 'from paratope.terms.manual import render_terms; print(render_terms(), end="")' > docs/reference/terms.md
$python -m paratope.rules.manual > docs/reference/rule-language.md
$python -m paratope.protocol.manual > docs/reference/protocol-format.md
$python -m paratope.protocol.schema > docs/reference/protocol.schema.json
$python -m tests.spec.manual > docs/reference/semantics.md
$python -m paratope.designs.manual > docs/reference/designs.md
$python -m tests.designs.manual > docs/reference/decisions.md
$python -m tests.docs.cli_page > docs/reference/cli.md
