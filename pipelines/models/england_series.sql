-- table: england_series
-- inputs: observations
-- key: indicator_id
-- contract: none
-- How many sexes and periods each indicator has, and how many figures for England.
with periods as (
    select indicator_id, sex, period_label, count(*) filter (area_code = 'E92000001' and value is not null) as figures
    from observations group by indicator_id, sex, period_label
)
select
    indicator_id,
    count(*) as series,
    cast(sum(figures) as bigint) as of_england
from periods group by indicator_id
order by indicator_id
