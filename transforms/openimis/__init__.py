"""The one door from openIMIS: what its tables mean, under plain names.

    snapshot ─► doubts ──► sound rows ─► register ─► everything that DHIS2 should hold
    (tables)    (what cannot be read)    (frames)

`register` is the door; `subjects` is its schema. The other modules of this room know how openIMIS
keeps things (ValidityTo, LegacyID, keys of 0), and nobody outside of it does.
"""
