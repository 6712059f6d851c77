-- table: lsoa_authorities
-- inputs: lsoas, ons_lsoa11_lsoa21_ltla_2022, authority_codes, recoded
-- key: lsoa21_code, authority_code
-- contract: none
-- Each small area with every authority that has held it since 2011, so that a figure published under a code that
-- has since ended still finds its residents. Districts that ended before 2022 are told from the names of 2011 areas.
-- An ended district holds only what lies today in the authority that took its place: a street that has since gone to a
-- neighbour is the neighbour's, or its residents would count twice in a system that has both.
with ended as (
    select LADCD as code, LADNM as name, LADCD_ACTIVE as successor from authority_codes
    where LADCD <> LADCD_ACTIVE and LADCD not in (select oldcd from recoded)
),
district_of_2011 as (
    -- The few areas of 2021 that join areas of two districts go to one of them, always the same.
    select lookup.lsoa21_code, min(ended.code) as authority_code
    from ons_lsoa11_lsoa21_ltla_2022 as lookup
    inner join ended on regexp_replace(lookup.lsoa11_name, ' [0-9]{3}[A-Z]$', '') = ended.name
    inner join lsoas on lookup.lsoa21_code = lsoas.lsoa21_code and ended.successor = lsoas.ltla_code
    group by lookup.lsoa21_code
),
district_of_2022 as (
    select distinct lookup.lsoa21_code, lookup.ltla22_code as authority_code
    from ons_lsoa11_lsoa21_ltla_2022 as lookup
    inner join lsoas using (lsoa21_code)
    inner join ended on lookup.ltla22_code = ended.code and ended.successor = lsoas.ltla_code
),
belongs as (
    select lsoa21_code, ltla_code as authority_code from lsoas
    union
    select lsoa21_code, utla_code from lsoas
    union
    select lsoa21_code, authority_code from district_of_2011
    union
    select lsoa21_code, authority_code from district_of_2022
)
select lsoa21_code, authority_code from belongs
order by lsoa21_code, authority_code
