-- table: authority_overlaps
-- inputs: lsoas, lsoa_authorities
-- key: authority_code, system_code
-- contract: authority_overlaps
-- Residents each authority shares with each board of April 2023 to March 2026 and of April 2026: a board that kept
-- its code kept its boundary, so one row serves both sets.
with boards as (
    select lsoa21_code, icb24_code as system_code, residents from lsoas
    union
    select lsoa21_code, icb26_code, residents from lsoas
),
authorities as (
    select authority_code, cast(sum(residents) as bigint) as residents
    from lsoa_authorities inner join lsoas using (lsoa21_code)
    group by authority_code
),
systems as (
    select system_code, cast(sum(residents) as bigint) as residents from boards group by system_code
),
shared as (
    select authority_code, system_code, cast(sum(residents) as bigint) as residents
    from lsoa_authorities inner join boards using (lsoa21_code)
    group by authority_code, system_code
)
select
    shared.authority_code,
    shared.system_code,
    shared.residents,
    shared.residents / authorities.residents as share_of_authority,
    shared.residents / systems.residents as share_of_system
from shared
inner join authorities using (authority_code)
inner join systems using (system_code)
order by shared.system_code, shared.authority_code
