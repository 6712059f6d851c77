-- table: area_regions
-- inputs: boards
-- key: area_code, region_code
-- contract: area_regions
-- Boards do not nest in ONS regions, and the promise on healthy life expectancy is about ONS regions.
with shared as (
    select system_code, region_code, cast(sum(residents) as bigint) as residents
    from boards group by system_code, region_code
)
select
    system_code as area_code,
    region_code,
    residents / cast(sum(residents) over (partition by system_code) as bigint) as share_of_area
from shared
order by area_code, region_code
