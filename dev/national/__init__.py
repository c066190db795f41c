"""data.gouv.fr on this machine: the real udata, the software it runs on, in an environment of its own.

udata pins other versions of Flask and of many more packages than CKAN does, so everything here but
:mod:`dev.national.service` runs in the environment that ``requirements/udata.txt`` describes, on a database in memory
(mongomock): no server to install, and each start is a clean platform.

- ``platform``: the application, the licences, the catalogue of schemas, the territories;
- ``world``: the organizations and datasets it starts with, from a JSON file;
- ``server``: udata's HTTP API on loopback, the stand-in of https://www.data.gouv.fr;
- ``harvest``: udata's own harvesters on one address; prints what data.gouv.fr would hold;
- ``service``: how the portal's commands and the tests start the server (plain Python).
"""
