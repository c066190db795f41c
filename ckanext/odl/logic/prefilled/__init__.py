"""What the portal knows of a collectivité, put in place in the files that it fills in."""
