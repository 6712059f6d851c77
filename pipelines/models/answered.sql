-- table: answered
-- inputs: observations
-- key: indicator_id, area_code
-- contract: none
-- Who has a row in the latest period of each indicator, a figure or the reason for none.
with latest as (
    select indicator_id, max(period_end) as period_end
    from observations group by indicator_id
)
select distinct indicator_id, area_code
from observations inner join latest using (indicator_id, period_end)
order by indicator_id, area_code
