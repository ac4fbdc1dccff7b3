"""What a rule means: compiled once to a function of a context, then cheap to call.

``compile_rule(rule)`` gives a function ``Context -> Outcome``; ``explain`` gives the whole derivation.
"""

from paratope.rules.evaluate.compile import compile_rule
from paratope.rules.evaluate.context import Anchor, Context, OtherStudy, PlannedDate
from paratope.rules.evaluate.explain import Step, explain
from paratope.rules.evaluate.quantities import Quantity

__all__ = ["Anchor", "Context", "OtherStudy", "PlannedDate", "Quantity", "Step", "compile_rule", "explain"]
