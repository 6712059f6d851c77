-- table: area_lineage
-- inputs: icb_changes, authority_changes, lsoas
-- key: predecessor_code, successor_code, effective_date
-- contract: area_lineage
-- Shares are of residents (Census 2021) by small area. The boundary moved between Surrey Heartlands and Sussex in
-- 2023 is not measured here, so those shares are empty. Unconfirmed changes are held, without a successor.
with moved as (
    select icb24_code, icb26_code, cast(sum(residents) as bigint) as residents
    from lsoas group by icb24_code, icb26_code
),
of_board as (
    select icb24_code, cast(sum(residents) as bigint) as residents from lsoas group by icb24_code
)
select
    changes.predecessor_code,
    changes.successor_code,
    cast(changes.effective_date as date) as effective_date,
    moved.residents / of_board.residents as share_of_predecessor,
    changes.change_type,
    changes.confidence,
    trim(split_part(changes.source_url, '|', 1)) as source_url
from icb_changes as changes
left join moved on changes.predecessor_code = moved.icb24_code and changes.successor_code = moved.icb26_code
left join of_board on changes.predecessor_code = of_board.icb24_code
union all
select
    oldcd,
    newcd,
    make_date(cast(start as integer), 4, 1),
    1.0,
    case type when 'new_code' then 'new code for the same area' else type end,
    'high',
    'https://geoportal.statistics.gov.uk'
from authority_changes
where type in ('new_code', 'merger') and regexp_matches(oldcd, '^E(06|07|08|09)')
order by 3, 1, 2
