"""The written form of a rule: what an oncologist reads as a sentence and the program reads as data.

``grammar.lark`` is the grammar. ``parse_rule(write_rule(rule)) == rule`` for every rule.
"""

from paratope.rules.written.parse import RuleProblem, parse_rule
from paratope.rules.written.write import write_rule

__all__ = ["RuleProblem", "parse_rule", "write_rule"]
