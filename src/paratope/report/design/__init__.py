"""Designs for people and for programs: tables, plain data, pages."""
