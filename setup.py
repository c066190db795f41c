"""Build steps that pyproject.toml cannot say: Babel's extractors and the compiled catalogues."""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

I18N = Path(__file__).parent / "ckanext" / "odl" / "i18n"


class BuildWithCatalogues(build_py):
    """Compile every French and English catalogue before the package is built or linked."""

    def run(self) -> None:
        from dev.catalogues import compile_all  # noqa: PLC0415 (babel is a build requirement)

        compile_all(I18N)
        super().run()


setup(
    cmdclass={"build_py": BuildWithCatalogues},
    message_extractors={
        "ckanext": [
            ("**.py", "python", None),
            ("**.js", "javascript", None),
            ("**/templates/**.html", "ckan", None),
        ],
    },
)
