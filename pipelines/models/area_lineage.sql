-- table: area_lineage
-- inputs: icb_changes, authority_changes, lsoas
-- key: predecessor_code, successor_code, effective_date
-- contract: area_lineage
-- Who took which share of whose residents (Census 2021, by small area). Unconfirmed changes are held, without a
-- successor and without shares.
with moved as (
    select date '2023-04-01' as effective_date, icb22_code as predecessor_code, icb24_code as successor_code, residents
    from lsoas
    union all
    select date '2026-04-01', icb24_code, icb26_code, residents
    from lsoas
),
shares as (
    select
        effective_date,
        predecessor_code,
        successor_code,
        cast(sum(residents) as bigint) as residents,
        cast(sum(sum(residents)) over (partition by effective_date, predecessor_code) as bigint) as of_predecessor
    from moved
    group by effective_date, predecessor_code, successor_code
),
announced as (
    select
        cast(effective_date as date) as effective_date,
        predecessor_code,
        successor_code,
        change_type,
        confidence,
        trim(split_part(source_url, '|', 1)) as source_url
    from icb_changes
),
-- Parts too small for the announcement to name: they follow from where small areas went.
unnamed as (
    select
        shares.effective_date,
        shares.predecessor_code,
        shares.successor_code,
        'part of a boundary change' as change_type,
        'high' as confidence,
        min(announced.source_url) as source_url
    from shares
    inner join announced using (effective_date, predecessor_code)
    where
        shares.predecessor_code <> shares.successor_code
        and shares.successor_code not in (
            select named.successor_code from announced as named
            where
                named.effective_date = shares.effective_date
                and named.predecessor_code = shares.predecessor_code
                and named.successor_code is not null
        )
    group by shares.effective_date, shares.predecessor_code, shares.successor_code
),
boards as (
    select * from announced
    union all
    select * from unnamed
)
select
    boards.predecessor_code,
    boards.successor_code,
    boards.effective_date,
    shares.residents / shares.of_predecessor as share_of_predecessor,
    boards.change_type,
    boards.confidence,
    boards.source_url
from boards
left join shares using (effective_date, predecessor_code, successor_code)
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
