"""Designs that may decide while patients are still in their DLT window."""
