"""The links with data.gouv.fr, inside the portal."""
