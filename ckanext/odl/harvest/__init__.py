"""What comes in from data.gouv.fr: read, held against what is known, brought in through CKAN's own actions.

Every step can be cut short at any moment and done again: what was done is seen in our tables and in the datasets.
"""
