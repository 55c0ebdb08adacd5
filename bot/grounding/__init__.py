"""Drafts → claims a person may see: what a claim says, held against the sentences that it cites."""
