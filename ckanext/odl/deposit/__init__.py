"""What is done with a file before it is published: look at it, propose, repair, share out. Knows no CKAN."""
