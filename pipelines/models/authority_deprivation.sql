-- table: authority_deprivation
-- inputs: lsoas, lsoa_authorities
-- key: authority_code
-- contract: none
-- How deprived each authority is: the mean decile of its residents' small areas, so that a low figure is deprived.
-- Deciles are all that is held of the indices; over many small areas their mean still tells authorities apart.
-- Whole numbers are added up, so that the order of rows makes no difference to the mean.
select
    authority_code,
    cast(sum(residents) as bigint) as residents,
    sum(residents * imd_decile) / sum(residents) as mean_decile
from lsoa_authorities inner join lsoas using (lsoa21_code)
group by authority_code
order by authority_code
