"""Build steps that pyproject.toml cannot say: Babel's extractors and the compiled catalogues."""

from __future__ import annotations

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

# a build tool runs this file without its folder on the path
sys.path.insert(0, str(Path(__file__).parent))

from dev.catalogues import EXTRACTORS, compile_all


class BuildWithCatalogues(build_py):
    """Compile every catalogue before the package is built or linked."""

    def run(self) -> None:
        compile_all()
        super().run()


setup(
    cmdclass={"build_py": BuildWithCatalogues},
    message_extractors={"ckanext": [(pattern, method, None) for pattern, method in EXTRACTORS]},
)
