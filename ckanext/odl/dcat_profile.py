"""A profile of ckanext-dcat that writes datasets in the form which data.gouv.fr keeps whole.

The vocabularies are those of DCAT 2 and DCAT-AP; where these leave a choice, udata's reading of them decides (see
``docs/datagouv.md``). It reads like the profile ``euro_dcat_ap_3``, and takes part in nothing else.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.dcat.profiles import EuropeanDCATAP3Profile
from ckanext.dcat.profiles.base import DCAT, DCT, FOAF, LOCN, RDF, RDFS, SKOS, SPDX, VCARD, XSD
from rdflib import BNode, Literal, Namespace, URIRef

from ckanext.odl.datagouv import outgoing, outgoing_values
from ckanext.odl.datagouv.outgoing_values import web_address
from ckanext.odl.logic.datagouv import sending

NAME = "odl_datagouv"
#: Under this key of a dataset's dict stands its :class:`ckanext.odl.datagouv.outgoing.Record`, when it is made already.
RECORD = "odl_record"

_GEOJSON = URIRef("https://www.iana.org/assignments/media-types/application/vnd.geo+json")
_PREFIXES = {
    "dcat": DCAT, "dct": DCT, "foaf": FOAF, "locn": LOCN, "skos": SKOS, "spdx": SPDX, "vcard": VCARD,
    "hydra": Namespace("http://www.w3.org/ns/hydra/core#"),
}  # fmt: skip


class DatagouvProfile(EuropeanDCATAP3Profile):
    """Datasets for data.gouv.fr."""

    def graph_from_catalog(self, catalog_dict: dict[str, Any] | None, catalog_ref: URIRef) -> None:
        """Describe the catalogue.

        :param catalog_dict: ``title``, ``description`` and ``homepage``, each the portal's own by default
        """
        for prefix, namespace in _PREFIXES.items():
            self.g.bind(prefix, namespace)
        given = catalog_dict or {}
        self.g.add((catalog_ref, RDF.type, DCAT.Catalog))
        self._text(catalog_ref, DCT.title, given.get("title") or tk.config["ckan.site_title"])
        self._text(catalog_ref, DCT.description, given.get("description") or tk.config["ckan.site_description"])
        self._link(catalog_ref, FOAF.homepage, web_address(given.get("homepage") or sending.base_url()))
        self._text(catalog_ref, DCT.language, tk.config["ckan.locale_default"])

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        """Describe a dataset as ``package_show`` gives it."""
        record = dataset_dict.get(RECORD) or sending.records([dataset_dict])[0]
        g = self.g
        g.add((dataset_ref, RDF.type, DCAT.Dataset))
        g.add((dataset_ref, DCT.identifier, Literal(record.identifier)))
        self._text(dataset_ref, DCT.title, record.title)
        self._text(dataset_ref, DCT.description, record.description)
        self._link(dataset_ref, DCAT.landingPage, record.page)
        self._moment(dataset_ref, DCT.issued, record.created)
        self._moment(dataset_ref, DCT.modified, record.modified)
        for keyword in record.keywords:
            self._text(dataset_ref, DCAT.keyword, keyword)
        self._link(dataset_ref, DCT.accrualPeriodicity, record.frequency)
        self._theme(dataset_ref, record.theme)
        self._licence(dataset_ref, record.licence)
        self._period(dataset_ref, record)
        self._place(dataset_ref, record.place)
        self._publisher(dataset_ref, record.publisher)
        self._contact(dataset_ref, record.contact)
        for file in record.files:
            self._file(dataset_ref, file)

    # -- parts of a dataset ----------------------------------------------------------------------------------

    def _theme(self, subject: URIRef, theme: str) -> None:
        if not theme:
            return
        node = URIRef(theme)
        self.g.add((subject, DCAT.theme, node))
        # data.gouv.fr has no themes; it makes a keyword of the label
        choices = (self._schema_field("theme") or {}).get("choices", [])
        label = next((choice["label"] for choice in choices if choice["value"] == theme), None)
        self._text(node, SKOS.prefLabel, label.get("fr") if isinstance(label, dict) else label)

    def _licence(self, subject: URIRef, licence: outgoing_values.Licence | None) -> None:
        if licence is None:
            return
        node = URIRef(licence.url) if licence.url else _blank("licence", licence.id)
        self.g.add((subject, DCT.license, node))
        self.g.add((node, RDF.type, DCT.LicenseDocument))
        # the label is what data.gouv.fr reads first, and an id is what it cannot mistake
        self._text(node, RDFS.label, licence.id)
        self._text(node, DCT.title, licence.title)

    def _period(self, subject: URIRef, record: outgoing.Record) -> None:
        if not (record.start or record.end):
            return
        node = _blank("period", subject)  # data.gouv.fr would fetch one that has an address
        self.g.add((subject, DCT.temporal, node))
        self.g.add((node, RDF.type, DCT.PeriodOfTime))
        for predicate, day in ((DCAT.startDate, record.start), (DCAT.endDate, record.end)):
            if day:
                self.g.add((node, predicate, Literal(day.isoformat(), datatype=XSD.date)))

    def _place(self, subject: URIRef, place: outgoing_values.Place | None) -> None:
        if place is None:
            return
        node = URIRef(place.uri) if place.uri else _blank("place", subject)
        self.g.add((subject, DCT.spatial, node))
        self.g.add((node, RDF.type, DCT.Location))
        self._text(node, DCT.identifier, place.code)
        self._text(node, SKOS.prefLabel, place.name)
        if place.geometry:
            self.g.add((node, LOCN.geometry, Literal(place.geometry, datatype=_GEOJSON)))

    def _publisher(self, subject: URIRef, publisher: outgoing_values.Agent | None) -> None:
        if publisher is None:
            return
        node = URIRef(publisher.uri)
        self.g.add((subject, DCT.publisher, node))
        self.g.add((node, RDF.type, FOAF.Agent))
        self._text(node, FOAF.name, publisher.name)
        self._text(node, DCT.identifier, publisher.siren)
        self._link(node, FOAF.homepage, publisher.website)
        self._mail(node, FOAF.mbox, publisher.email)

    def _contact(self, subject: URIRef, contact: outgoing_values.Contact | None) -> None:
        if contact is None:
            return
        node = _blank("contact", subject)
        self.g.add((subject, DCAT.contactPoint, node))
        self.g.add((node, RDF.type, VCARD.Kind))
        self._text(node, VCARD.fn, contact.name)
        self._text(node, VCARD["organization-name"], contact.organization)
        self._mail(node, VCARD.hasEmail, contact.email)
        self._link(node, VCARD.hasURL, contact.page)

    def _file(self, dataset: URIRef, file: outgoing.File) -> None:
        node, address = URIRef(file.uri), URIRef(file.url)
        self.g.add((dataset, DCAT.distribution, node))
        self.g.add((node, RDF.type, DCAT.Distribution))
        self.g.add((node, DCT.identifier, Literal(file.id)))
        self._text(node, DCT.title, file.title)
        self._text(node, DCT.description, file.description)
        self.g.add((node, DCAT.accessURL, address))
        if file.is_api:
            service = _blank("service", node)
            self.g.add((node, DCAT.accessService, service))
            self.g.add((service, RDF.type, DCAT.DataService))
            self._text(service, DCT.title, file.title)
            self.g.add((service, DCAT.endpointURL, address))
        else:
            self.g.add((node, DCAT.downloadURL, address))
        self._text(node, DCT["format"], file.format)
        self._text(node, DCAT.mediaType, file.media_type)
        if file.size is not None:
            self.g.add((node, DCAT.byteSize, Literal(str(file.size), datatype=XSD.nonNegativeInteger)))
        self._link(node, DCT.conformsTo, file.schema_url)
        self._moment(node, DCT.issued, file.created)
        self._moment(node, DCT.modified, file.modified)
        if file.checksum:
            algorithm, digits = file.checksum
            checksum = _blank("checksum", node)
            self.g.add((node, SPDX.checksum, checksum))
            self.g.add((checksum, RDF.type, SPDX.Checksum))
            self.g.add((checksum, SPDX.algorithm, URIRef(algorithm)))
            # hexBinary, as SPDX has it, would reach data.gouv.fr as bytes, and the dataset be refused
            self.g.add((checksum, SPDX.checksumValue, Literal(digits)))

    # -- values ----------------------------------------------------------------------------------------------

    def _text(self, subject: Any, predicate: Any, text: Any) -> None:
        if text:
            self.g.add((subject, predicate, Literal(outgoing.plain(text))))

    def _link(self, subject: Any, predicate: Any, address: str | None) -> None:
        if address:
            self.g.add((subject, predicate, URIRef(address)))

    def _mail(self, subject: Any, predicate: Any, address: str) -> None:
        if address:
            self.g.add((subject, predicate, URIRef(f"mailto:{address}")))

    def _moment(self, subject: Any, predicate: Any, moment: Any) -> None:
        if moment:
            self.g.add((subject, predicate, Literal(moment.isoformat(), datatype=XSD.dateTime)))


def _blank(what: str, owner: str) -> BNode:
    """A node without address, named after its owner: the same page is the same bytes."""
    return BNode("n" + sha256(f"{what} {owner}".encode()).hexdigest()[:32])
