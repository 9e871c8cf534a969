"""Laws, tried on what nobody thought of."""

from hypothesis import settings

settings.register_profile("laws", deadline=None, max_examples=10)
settings.load_profile("laws")
