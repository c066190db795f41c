"""udata's application with the settings of data.gouv.fr, on a database in memory."""

# pyright: reportMissingImports=false, reportAttributeAccessIssue=false
# (udata is in an environment of its own)

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mongoengine
import mongomock
import requests
import yaml

HERE = Path(__file__).parent
#: The schemas that the portal knows, by their national ids and addresses.
SCHEMAS = HERE.parents[1] / "ckanext" / "odl" / "schemas" / "index.yaml"


class Roads(requests.adapters.HTTPAdapter):
    """Leads the platform to portals of this machine that bear a public name.

    data.gouv.fr refuses addresses that are local, private or unknown to the DNS. The rules stay as they are in
    production; only the way there is another one.
    """

    def __init__(self, roads: Mapping[str, str], guarded: requests.adapters.HTTPAdapter) -> None:
        """:param roads: where the answers to a public origin come from: ``https://…`` → ``http://127.0.0.1:…``"""
        super().__init__()
        self.roads, self.guarded = roads, guarded

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        url = urlsplit(request.url or "")
        local = self.roads.get(f"{url.scheme}://{url.netloc}")
        if local is None:
            return self.guarded.send(request, *args, **options)
        request.headers["Host"] = str(url.netloc)
        public, request.url = request.url, f"{local}{url.path}" + (f"?{url.query}" if url.query else "")
        answer = super().send(request, *args, **options)
        answer.url = request.url = public
        return answer


def create(
    port: int,
    roads: Mapping[str, str],
    *,
    local: bool = False,
    grace: int = 7,
    pages: str = "https://www.data.gouv.fr",
) -> Any:
    """Make udata's application, with an empty database in memory.

    :param port: of the loopback address at which it will answer
    :param roads: public origins that this machine answers for (see :class:`Roads`)
    :param local: accept addresses of this machine in datasets and sources, which data.gouv.fr does not
    :param grace: days before what a harvester no longer finds is archived; -1 for at once
    :param pages: where the pages of the site are, for the links in the API's answers
    """
    _keep_in_memory()
    os.environ["UDATA_SETTINGS"] = os.devnull  # else it would read a `udata.cfg` of the current folder
    from udata import settings
    from udata.app import create_app, standalone
    from udata.harvest.backends import base
    from udata.http import ssrf_session

    class Settings(settings.Defaults):
        SERVER_NAME = f"127.0.0.1:{port}"
        CDATA_BASE_URL = pages
        MONGODB_HOST = "mongodb://memory/udata"
        SITE_ID = "default"
        SITE_TITLE = "data.gouv.fr"
        DEFAULT_LANGUAGE = "fr"
        SECRET_KEY = API_TOKEN_SECRET = "an invented platform"
        ORG_BID_FORMAT = "siret"
        CACHE_TYPE = "flask_caching.backends.SimpleCache"
        CELERY_TASK_ALWAYS_EAGER = CELERY_TASK_EAGER_PROPAGATES = True  # a request to harvest answers when it is done
        HARVESTER_BACKENDS = ("ckan", "dcat")
        HARVEST_ENABLE_MANUAL_RUN = True
        HARVEST_AUTOARCHIVE_GRACE_DAYS = grace
        URLS_RESOLVE_HOSTNAME = False  # there is no DNS to ask
        URLS_ALLOW_LOCAL = URLS_ALLOW_PRIVATE = local
        SCHEMA_CATALOG_URL = ELASTICSEARCH_URL = None
        SEND_MAIL = AUTO_INDEX = PUBLISH_ON_RESOURCE_EVENTS = SESSION_COOKIE_SECURE = WTF_CSRF_ENABLED = False
        FS_ROOT = str(Path(tempfile.gettempdir()) / f"national-{os.getuid()}")

    def session() -> requests.Session:
        guarded = ssrf_session()
        for scheme in ("http://", "https://"):
            guarded.mount(scheme, Roads(roads, guarded.get_adapter(scheme)))
        return guarded

    app = standalone(create_app(Settings))
    base.ssrf_session = session
    with app.app_context():
        _load_reference()
    return app


def _keep_in_memory() -> None:
    connect = mongoengine.connect

    def in_memory(*args: Any, **options: Any) -> Any:
        return connect(*args, **options, mongo_client_class=mongomock.MongoClient)

    mongoengine.connect = in_memory


def _load_reference() -> None:
    """Store the licences and the kinds of territory of data.gouv.fr; let it know the schemas that the portal knows."""
    from udata.core.dataset import models
    from udata.core.spatial.models import GeoLevel
    from udata.models import License

    for licence in json.loads((HERE / "licences.json").read_text()):
        License(**licence, active=True).save()
    levels = {"country": 20, "fr:region": 40, "fr:departement": 60, "fr:epci": 68, "fr:commune": 80}
    for level, rank in levels.items():
        GeoLevel(id=level, name=level.rpartition(":")[2].title(), admin_level=rank).save()
    catalogue = _schemas()
    models.ResourceSchema.all = staticmethod(lambda: catalogue)


def _schemas() -> list[dict[str, Any]]:
    """The catalogue of schema.data.gouv.fr, as far as the portal knows it and in the form udata reads."""
    known = yaml.load(SCHEMAS.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["schemas"]
    return [
        {
            "name": name,
            "title": schema["title"]["fr"],
            "description": schema["description"]["fr"],
            "schema_type": "jsonschema" if schema["kind"] == "json" else "tableschema",
            "schema_url": schema["schema_url"].format(version="latest"),
            "versions": [
                {"version_name": version, "schema_url": schema["schema_url"].format(version=version)}
                for version in reversed(schema["versions"])
            ],
        }
        for name, schema in known.items()
        if schema.get("schema_url")
    ]
