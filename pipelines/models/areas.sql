-- table: areas
-- inputs: lsoas, lsoa_authorities, boards, area_lineage, icb_april_2024, icb_april_2026, icb_changes, ons_ltla_region_2024, ons_ltla_utla_2023, authority_codes, recoded, example_areas
-- key: area_code
-- contract: areas
-- A board's first and last day follow from the confirmed changes it takes part in; the first boards began in July 2022.
with begins as (
    select successor_code as code, min(effective_date) as day
    from area_lineage where confidence = 'high' group by successor_code
),
ends as (
    select predecessor_code as code, max(effective_date) - 1 as day
    from area_lineage where confidence = 'high' group by predecessor_code
),
named_boards as (
    select ICB26CD as code, ICB26NM as name, ods_code, nhser24_code as nhs_region_code from icb_april_2026
    union
    select icb24_code, icb24_name, icb24_code_nhs, nhser24_code from icb_april_2024
    union
    select earlier.predecessor_code, earlier.predecessor_name, earlier.predecessor_ods_code, later.nhser24_code
    from icb_changes as earlier
    inner join icb_april_2024 as later on earlier.successor_code = later.icb24_code
    where earlier.effective_date = '2023-04-01'
),
nhs_regions as (
    select distinct nhser24_code as code, nhser24_name as name from icb_april_2026
),
authorities as (
    select distinct coalesce(recoded.newcd, utla23_code) as code, utla23_name as name
    from ons_ltla_utla_2023 left join recoded on utla23_code = recoded.oldcd
    union
    select distinct coalesce(recoded.newcd, ltla23_code), ltla23_name
    from ons_ltla_utla_2023 left join recoded on ltla23_code = recoded.oldcd
    union
    select LADCD, LADNM from authority_codes
    where LADCD <> LADCD_ACTIVE and LADCD not in (select oldcd from recoded)
),
residents as (
    select system_code as code, residents, lsoa21_code from boards
    union all
    select region_code, residents, lsoa21_code from lsoas
    union all
    select nhser24_code, residents, lsoa21_code
    from lsoas inner join icb_april_2026 on icb26_code = ICB26CD
    union all
    select 'E92000001', residents, lsoa21_code from lsoas
    union all
    select authority_code, residents, lsoa21_code from lsoas inner join lsoa_authorities using (lsoa21_code)
),
population as (
    select
        residents.code,
        cast(sum(residents.residents) as bigint) as population,
        cast(sum(residents.residents) filter (where lsoas.is_most_deprived_fifth) as bigint) as most_deprived
    from residents inner join lsoas using (lsoa21_code)
    group by residents.code
),
every as (
    select 'E92000001' as code, 'England' as name, 'England' as official_name, 'england' as area_type,
        null as ods_code, null as nhs_region_code
    union all
    select distinct region24_code, region24_name, region24_name, 'region', null, null from ons_ltla_region_2024
    union all
    select code, name, name, 'nhs_region', null, null from nhs_regions
    union all
    select code, regexp_replace(name, '^NHS (.*) Integrated Care Board$', '\1'), name, 'icb', ods_code, nhs_region_code
    from named_boards
    union all
    select code, name, name, case when code like 'E07%' then 'ltla' else 'utla' end, null, null from authorities
)
select
    every.code as area_code,
    every.name as area_name,
    every.area_type,
    every.ods_code,
    every.nhs_region_code,
    case when every.area_type = 'icb' then coalesce(begins.day, date '2022-07-01') else begins.day end as valid_from,
    ends.day as valid_to,
    population.population,
    every.official_name,
    coalesce(population.most_deprived, 0) / population.population as most_deprived_share
from every
left join begins using (code)
left join ends using (code)
left join population using (code)
union all
-- Made up: no part of any real area, and without a place on the map.
select
    area_code, area_name, area_type, null, null, valid_from, valid_to, population, area_name, null
from example_areas
order by area_code
