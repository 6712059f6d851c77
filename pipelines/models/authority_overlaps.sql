-- table: authority_overlaps
-- inputs: lsoas, lsoa_authorities, boards
-- key: authority_code, system_code
-- contract: authority_overlaps
-- Residents each authority, current or ended, shares with each board.
with authorities as (
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
