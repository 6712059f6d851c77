-- table: lsoas
-- inputs: ons_census_2021_residents, ons_lsoa21_icb_2024, lsoa21_icb_2026, ons_lsoa21_ltla_2024, ons_ltla_utla_2023, ons_ltla_region_2024, authority_changes
-- key: lsoa21_code
-- contract: none
-- Each small area of England with its residents and everything it belongs to. All shares are made from this.
with recoded as (
    select oldcd, newcd from authority_changes where type = 'new_code'
)
select
    residents.lsoa21_code,
    cast(residents.total_residents as bigint) as residents,
    icb24.icb24_code,
    icb26.icb26_code,
    coalesce(new_ltla.newcd, ltla.ltla24_code) as ltla_code,
    coalesce(new_utla.newcd, utla.utla23_code) as utla_code,
    region.region24_code as region_code
from ons_census_2021_residents as residents
inner join ons_lsoa21_icb_2024 as icb24 using (lsoa21_code)
inner join lsoa21_icb_2026 as icb26 using (lsoa21_code)
inner join ons_lsoa21_ltla_2024 as ltla using (lsoa21_code)
inner join ons_ltla_utla_2023 as utla on ltla.ltla24_code = utla.ltla23_code
inner join ons_ltla_region_2024 as region on ltla.ltla24_code = region.ltla24_code
left join recoded as new_ltla on ltla.ltla24_code = new_ltla.oldcd
left join recoded as new_utla on utla.utla23_code = new_utla.oldcd
order by residents.lsoa21_code
