"""Reason codes of what households pay, and of funding; see `transforms.openimis.tables.reasons`."""

REASONS_OF_MONEY: dict[str, str] = {
    "contribution_policy_unknown": (
        "The policy that the contribution was paid for does not exist in openIMIS: correct or delete "
        "the contribution."
    ),
    "contribution_without_head": (
        "The household whose policy was paid for has no head who is current, so nobody's enrollment "
        "can hold the contribution: appoint a head in openIMIS."
    ),
    "contribution_payer_unknown": (
        "The payer whom the contribution names does not exist in openIMIS: it was sent without. "
        "Correct the contribution."
    ),
    "contribution_date_missing": "The contribution has no pay date: enter it in openIMIS.",
    "contribution_date_out_of_range": (
        "The pay date is before 1900 or after 2100: correct it in openIMIS."
    ),
    "contribution_date_in_future": (
        "The pay date lies more than a day after the day of the extract, so it is taken for a slip "
        "of the pen: correct it in openIMIS, or wait until it has come."
    ),
    "funding_policy_unknown": (
        "The policy by which openIMIS keeps the fund does not exist: nobody knows of which product it "
        "is. Correct or delete the payment."
    ),
    "funding_payer_unknown": (
        "The payer whom the funding names does not exist in openIMIS: it was sent without. Correct the "
        "payment."
    ),
    "funding_date_missing": "The funding has no pay date: enter it in openIMIS.",
    "funding_date_out_of_range": "The pay date is before 1900 or after 2100: correct it in openIMIS.",
    "funding_date_in_future": (
        "The pay date lies more than a day after the day of the extract, so it is taken for a slip of "
        "the pen: correct it in openIMIS, or wait until it has come."
    ),
}
