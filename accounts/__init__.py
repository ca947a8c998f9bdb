"""People, organisations and what they may do: 主体库, memberships, mandates, keys, staff sessions, outbox.

A higher app hands this one plain values and asks it plain questions; nothing here knows of a tender
beyond the reference string under which a mandate or a session stands.
"""
