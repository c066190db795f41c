"""numpy, loaded only where a file is long enough to be judged by columns."""

from __future__ import annotations

import os

# No linear algebra is done here: one thread, or its library reserves memory for each processor at once.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# The default pool of pyarrow reserves a gigabyte of addresses, which a process with a limit on its memory has not.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

import numpy as np

__all__ = ["np"]
