-- table: area_regions
-- inputs: lsoas
-- key: area_code, region_code
-- contract: area_regions
-- Boards do not nest in ONS regions, and the promise on healthy life expectancy is about ONS regions.
with residents as (
    select icb24_code as area_code, region_code, residents, lsoa21_code from lsoas
    union
    select icb26_code, region_code, residents, lsoa21_code from lsoas
),
shared as (
    select area_code, region_code, cast(sum(residents) as bigint) as residents from residents group by all
)
select
    area_code,
    region_code,
    residents / cast(sum(residents) over (partition by area_code) as bigint) as share_of_area
from shared
order by area_code, region_code
