"""A portal of its own under faults: what it acknowledged must be there afterwards, and every report must be true.

``make chaos SEED=… ROUNDS=20`` and ``make identity ROUNDS=200``. Each round deposits files through the API, breaks one
thing at a random moment, heals it, waits, and compares what was acknowledged with what the portal gives back. The same
seed makes the same plan; what the machine does with it is its own.
"""
