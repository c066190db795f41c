"""The reference of French local authorities that the package carries, made once a year from the national data."""
