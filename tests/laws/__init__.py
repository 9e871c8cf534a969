"""Laws, tried on what nobody thought of."""

from hypothesis import Phase, settings

settings.register_profile(
    "laws", deadline=None, max_examples=10, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("laws")
