"""The first month of a structure that supports members: bring their list, ask them for files, follow what comes."""
