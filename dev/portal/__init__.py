"""A complete portal from one command: packages, services, CKAN with this extension, sample data.

Everything below ``__main__`` that must run before the virtual environment exists uses the standard
library alone; ``prepare`` and ``wsgi`` run inside the virtual environment.
"""
