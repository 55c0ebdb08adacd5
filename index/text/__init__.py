"""Text in Arabic and English as such: its encoding, its search form and stems, its sentences and passages.

Pure functions without a model or a store. Which file a text comes from is `index.readers`' part, what its words mean
`index.models`'.
"""
