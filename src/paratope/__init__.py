"""Paratope: target-screened CAR cell-therapy studies as programs. The protocol is the program."""

__version__ = "0.1.0"
