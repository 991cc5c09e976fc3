"""Holds the samplers of real engines against their own definitions."""
