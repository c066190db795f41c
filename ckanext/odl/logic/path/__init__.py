"""The path of a collectivité inside the portal: its facts gathered, its progress kept, its proofs, its history."""
