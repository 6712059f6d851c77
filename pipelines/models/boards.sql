-- table: boards
-- inputs: lsoas
-- key: lsoa21_code, system_code
-- contract: none
-- Small areas of every board there has been. A board that kept its code kept its boundary (a change of boundary
-- brings a new code), so one row serves every set of boards that has the code.
select lsoa21_code, icb22_code as system_code, residents, region_code from lsoas
union
select lsoa21_code, icb24_code, residents, region_code from lsoas
union
select lsoa21_code, icb26_code, residents, region_code from lsoas
order by system_code, lsoa21_code
