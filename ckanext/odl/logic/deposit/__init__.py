"""Deposits: files on their way to being published, from the moment they are brought."""
