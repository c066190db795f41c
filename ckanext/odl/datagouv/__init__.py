"""The links with data.gouv.fr, the national portal (a udata): what leaves, what comes in. Knows no CKAN."""
