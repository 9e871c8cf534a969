"""Field keys name the columns of acknowledged states, so they stay as they are."""

import re
from collections.abc import Iterator

import pytest

from transforms.changes.objects.schemas import FIXED, acknowledged_schema, desired_schema
from transforms.core.fields import Field, RetiredField
from transforms.model.resources import RESOURCES, Resource

KEYS = """
tracked_entities
    family_uuid DvT0LSMDW2f                   chf_id HaVpe5WsCRl
    poverty_status WeLouCfrfoF                family_type QnAQO4Kd4I3
    is_household_head siOTMqr9kw6             first_name vYdz8EjQJe0
    last_name BRGgPOilUtC                     date_of_birth woZmnhwGvu6
    gender QtkHTKL4EsU                        marital_status vncvDog0YwP
    insurance_number g54R38QNwEi              phone_number r9hJ7SJbVvx
    first_service_point GZ6zgXS25VH           education pWV8uthRZVY
    profession zy5Br9ZEDLY                    identification_number MFPEijajdy7
    identification_type jOnARr3GARW           insuree_uuid e9fOa40sDwR
    openimis_place oPkEJnCnQcQ
    seed_claim_administrator wDBF7RjuEyp      seed_claim_number Z4yrjMuGkeY
    seed_main_diagnosis AAjWdVvBwtE           seed_secondary_diagnosis_1 aEWuz6qyTs6
    seed_secondary_diagnosis_2 yoULFOTtmoP    seed_secondary_diagnosis_3 gRLd9ezU69M
    seed_secondary_diagnosis_4 cPbpCJnkrci    seed_visit_type Hxyr4f36WHF
policy_events
    policy_stage j028KRFsjx6                  policy_status Q0pEucwW60Z
    policy_product NAdBLHAdOGv                policy_uuid NtslGBEMyMy
    policy_value mVeMk0sNLZb                  policy_start_date h2Ck7EyokyI
    policy_effective_date zrfmkobtJfx         policy_expiry_date RzgHQtgsmfB
    status_until wKXkep5Iq2w                  active_policies_of_person eyBb2lkub3x
    is_first_time_in_status cEW525dDsvZ
contributions
    contribution_amount iTCrDCmy1iG           contribution_pay_type B3sIgrqqhBo
    contribution_payer_type Ztyvh74wjDN       policy_product NAdBLHAdOGv
    policy_uuid NtslGBEMyMy
claim_events
    claim_status mGCsTQbv7zA                  claim_claimed_amount QINoEjSZ9Hs
    claim_adjusted_amount GGZy5cV04QQ         claim_approved_amount TiZrzsT8088
    claim_valuated_amount Fk7sSgbFTaG         claim_remunerated_amount WyAw53dfnMj
    claim_checked_date kbPqkHGEuwz            claim_rejection_date Gm7DjQrYpdH
    claim_processed_date QKPo84kaoMm          claim_valuation_date HbDPuVexDLj
    status_until wKXkep5Iq2w                  claim_number kHyvN0EtdKx
    main_diagnosis AdJ0xFZVaRK                secondary_diagnosis_1 Z5HBfCDqrBJ
    secondary_diagnosis_2 puzUbzYkMTQ         secondary_diagnosis_3 I54MvuwIYRP
    secondary_diagnosis_4 Jobx3WwG90M         visit_type NyjaAUZYkB9
    claim_administrator_uuid qiMYlCEiOyK      claim_product AzhUDcrL6US
    insuree_village FvKmNjJA3l0               care_type oIhYeWdgpqf
    pre_authorisation xUhHV9fEsmU             patient_condition zZpj1w5AAeB
    referred_from GSR9KTGdHPM                 referred_to q7A0u3OCNyI
    restored_claim_uuid GfCnUA3IUnb           claim_rejection_reason OFFKL8AGixB
    replacing_claims CqzpZxlalQ6              openimis_facility BWCwjRurehA
claim_services
    claimed_service UWkyb5W46zn               service_quantity nJ0sT27I9LL
    service_price uwGg814hDhB                 service_deductible_amount aD2rD5VCsRt
    service_exceeded_ceiling_amount gUanr8YW9Kj   service_adjusted_amount vIkmxPdZpUT
    service_approved_amount PWX6sv2o9DE       service_remunerated_amount WFqZ6Q1E2XO
    service_valuated_amount EkThw1XPN1F       line_sequence QmuynKAhycW
    service_rejection_reason JbvXSQX0E87      package_services Ec18FxFC9Fe
    package_items lhfPn4NBJFi                 package_services_quantity By7AqkPjANQ
    package_items_quantity afYUO7Vh4cG        replacing_claims CqzpZxlalQ6
claim_items
    claimed_item VFWCqLKPuSd                  item_quantity xBdXypAmk7V
    item_price Gu1DbTMoVGx                    item_deductible_amount uWJD6i5xf6A
    item_exceeded_ceiling_amount krBi9DbQl4Y  item_adjusted_amount TnAGk73PdA0
    item_approved_amount BrepiHMV2dj          item_remunerated_amount BIA1frmPcqw
    item_valuated_amount kGTTdOicT1s          line_sequence QmuynKAhycW
    item_rejection_reason fWfad1e0Jz6         replacing_claims CqzpZxlalQ6
funding
    policy_product NAdBLHAdOGv                funding_amount IHim9F2Hzj4
    funding_payer_type Kx8H6cRoyAm
"""


def listed() -> dict[str, dict[str, str]]:
    """Resource → key → UID, as they are listed above."""
    found: dict[str, dict[str, str]] = {}
    for line in KEYS.strip().splitlines():
        words = line.split()
        if len(words) == 1:
            found[words[0]] = {}
        else:
            found[list(found)[-1]] |= dict(zip(words[::2], words[1::2], strict=True))
    return found


def fields_of(resource: Resource) -> Iterator[Field | RetiredField]:
    yield from resource.fields
    yield from resource.retired


FIELDS = [field for resource in RESOURCES for field in fields_of(resource)]


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_a_key_that_states_are_named_by_keeps_its_uid(resource: Resource) -> None:
    """A field that is sent no more becomes a `RetiredField`; a new one is added to the list."""
    keys = {field.key: field.uid for field in fields_of(resource)}

    assert keys == listed().get(resource.name, {})


def test_a_key_is_of_one_field_and_a_field_has_one_key() -> None:
    pairs = {(field.key, field.uid) for field in FIELDS}

    assert len(pairs) == len({key for key, _ in pairs}) == len({uid for _, uid in pairs})


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_a_resource_has_a_key_once(resource: Resource) -> None:
    keys = [field.key for field in fields_of(resource)]

    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("key", sorted({field.key for field in FIELDS}))
def test_a_key_is_plain_snake_case(key: str) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*(_[0-9]+)?", key)


def test_no_key_is_the_name_of_another_column() -> None:
    keys = {field.key for field in FIELDS}
    own = {
        name for each in RESOURCES for name in (*desired_schema(each), *acknowledged_schema(each))
    }

    assert keys.isdisjoint(FIXED)
    assert keys.isdisjoint(own - keys)


def test_no_key_is_the_uid_of_a_field() -> None:
    assert {field.key for field in FIELDS}.isdisjoint({field.uid for field in FIELDS})
