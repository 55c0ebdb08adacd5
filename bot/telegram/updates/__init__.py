"""How updates come in (`receiving`), and what becomes of each (`processing`).

What a person gets in return is decided by the handlers. Nothing but `app` imports from here.
"""
