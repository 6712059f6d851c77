-- table: recoded
-- inputs: authority_codes, authority_changes
-- key: oldcd
-- contract: none
-- Authorities that have a new code and are the same place. The list of changes begins in 2018; before it, a later code
-- with the same name tells.
select oldcd, newcd from authority_changes where type = 'new_code'
union
select before.LADCD, before.LADCD_ACTIVE
from authority_codes as before
inner join authority_codes as later on before.LADCD_ACTIVE = later.LADCD and before.LADNM = later.LADNM
where before.LADCD <> before.LADCD_ACTIVE
order by oldcd
