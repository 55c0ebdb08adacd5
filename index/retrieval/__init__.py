"""A question → the sentences that answer it best, and how sure that any does.

`retriever` is what others use; it encodes the question, chooses articles, ranks their sentences and fuses the rankings.
Which of them to quote is `quote_selection`'s, where a person can look one up `links`'; what is written is `bot`'s.
"""
