"""The links with data.gouv.fr, the national portal (a udata): what is read there, and what it means here. Knows no CKAN."""
