-- table: lsoas
-- inputs: ons_census_2021_residents, ons_lsoa11_lsoa21_ltla_2022, ons_lsoa11_icb_2022, ons_lsoa21_icb_2024, lsoa21_icb_2026, ons_lsoa21_ltla_2024, ons_ltla_utla_2023, ons_ltla_region_2024, recoded, mhclg_imd_2025
-- key: lsoa21_code
-- contract: none
-- Each small area of England with its residents and everything it belongs to. All shares are made from this.
with board_of_2022 as (
    select to_2021.lsoa21_code, min(to_board.icb22_code) as icb22_code
    from ons_lsoa11_lsoa21_ltla_2022 as to_2021
    inner join ons_lsoa11_icb_2022 as to_board using (lsoa11_code)
    group by to_2021.lsoa21_code
)
select
    residents.lsoa21_code,
    cast(residents.total_residents as bigint) as residents,
    icb22.icb22_code,
    icb24.icb24_code,
    icb26.icb26_code,
    coalesce(new_ltla.newcd, ltla.ltla24_code) as ltla_code,
    coalesce(new_utla.newcd, utla.utla23_code) as utla_code,
    region.region24_code as region_code,
    cast(cast(imd.IMD_decile as double) as bigint) as imd_decile,
    cast(imd.IMD_decile as double) <= 2 as is_most_deprived_fifth
from ons_census_2021_residents as residents
inner join board_of_2022 as icb22 using (lsoa21_code)
inner join ons_lsoa21_icb_2024 as icb24 using (lsoa21_code)
inner join lsoa21_icb_2026 as icb26 using (lsoa21_code)
inner join ons_lsoa21_ltla_2024 as ltla using (lsoa21_code)
inner join ons_ltla_utla_2023 as utla on ltla.ltla24_code = utla.ltla23_code
inner join ons_ltla_region_2024 as region on ltla.ltla24_code = region.ltla24_code
inner join mhclg_imd_2025 as imd using (lsoa21_code)
left join recoded as new_ltla on ltla.ltla24_code = new_ltla.oldcd
left join recoded as new_utla on utla.utla23_code = new_utla.oldcd
order by residents.lsoa21_code
