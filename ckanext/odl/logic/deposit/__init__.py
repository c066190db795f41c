"""Deposits: from a file that somebody brings to a file that is published."""
