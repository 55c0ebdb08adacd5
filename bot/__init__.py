"""Question → reply → person.

`engine` is the whole product, and `bootstrap` puts it together as the settings say. Its steps are packages (`parsing`,
`writers`, `grounding`, `rendering`), and so are its interfaces (`cli`, `telegram`, `evaluation`). How articles become
evidence is `index`'s.
"""
