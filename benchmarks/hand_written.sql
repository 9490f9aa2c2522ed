-- All programmes of 2022-04-15 as a database administrator would write them for this one day:
-- no rule text, no generator. Tables: persons, households, parameters. Statements end with a semicolon.

create temp table h0 as
select h.household_id, h.deposits_fen, h.rigid_spending_fen_y, h.held_dibao, h.held_dibao_fen_m,
  case when farm_income_fen_m > 0 then farm_income_fen_m when farm_income_fen_m <= 0 then 0 end
    + support_income_fen_m as shared,
  coalesce(l.living, 0) as living,
  q.dibao_standard_fen_m_pc as std,
  q.*
from households h
join parameters q on q.place_code = h.place_code and q.is_rural = h.is_rural
left join (select household_id, count(*) filter (where not is_dead) as living from persons group by 1) l
  on l.household_id = h.household_id;

create temp table p1 as
with base as (
  select p.*, h.std, h.illness_deduction_permille, h.single_person_permille, h.single_person_counts_income,
    h.shared // greatest(h.living, 1) as shared_pc, h.deposits_fen // greatest(h.living, 1) as deposits_pc,
    h.tekun_multiple_disability_grade, h.tekun_entry_age_below, h.tekun_dwelling_limit, h.tekun_deposit_months,
    case when self_care_failed_count = 0 then h.tekun_care_able_institution_fen_m
      when self_care_failed_count >= 4 then h.tekun_care_wholly_institution_fen_m
      when self_care_failed_count > 0 then h.tekun_care_partly_institution_fen_m end
      + h.tekun_basic_institution_fen_m as pay_institution,
    case when self_care_failed_count = 0 then h.tekun_care_able_home_fen_m
      when self_care_failed_count >= 4 then h.tekun_care_wholly_home_fen_m
      when self_care_failed_count > 0 then h.tekun_care_partly_home_fen_m end
      + h.tekun_basic_home_fen_m as pay_home,
    case when wage_fen_m = 0 then 0 when wage_fen_m > work_cost_fen_m then wage_fen_m - work_cost_fen_m
      when wage_fen_m <= work_cost_fen_m then 0 end as wage_in,
    case when pension_fen_m > h.resident_pension_ceiling_fen_m then pension_fen_m
      when pension_fen_m > h.resident_pension_exempt_fen_m then pension_fen_m - h.resident_pension_exempt_fen_m
      when pension_fen_m >= 0 then 0 end as pension_in,
    case when wage_fen_m = 0 then 0 else work_cost_fen_m end as cost_before,
    disability_grade between 1 and 2 as severe,
    disability_kind between 5 and 6 as mind
  from persons p join h0 h on h.household_id = p.household_id
), income as (
  select *,
    wage_in + pension_in
      + case when business_income_fen_m > 0 then business_income_fen_m when business_income_fen_m <= 0 then 0 end
      + transfer_income_fen_m
      - case when illness_deduction_permille > 0 then
          case when is_seriously_ill then medical_self_paid_fen_y // 12 * illness_deduction_permille // 1000
            when not is_seriously_ill then 0 end
        else 0 end as raw
  from base
), tekun as (
  select *,
    case when raw > 0 then raw when raw <= 0 then 0 end as counted,
    (age_years >= 60 or age_years < tekun_entry_age_below)
      or (disability_grade >= 1 and ((mind and disability_grade <= 3)
        or (disability_kind = 4 and disability_grade <= 2)
        or (disability_kind = 1 and disability_grade = 1)
        or (disability_kind = 7 and disability_grade <= tekun_multiple_disability_grade)))
      or (held_tekun and (age_years < 18 or (age_years <= 21 and is_student))) as t1,
    vehicle_count = 0 and company_count = 0 and dwelling_count <= tekun_dwelling_limit
      and deposits_pc <= std * tekun_deposit_months as t3
  from income
), fits as (
  select *, counted + shared_pc < std as t2,
    not is_dead and t1 and (counted + shared_pc < std) and t3 and not supporters_able and not is_covered_elsewhere as fits
  from tekun
), routed as (
  select *,
    case when fits and in_institution then 1 when not (fits and in_institution) then cast(fits as int) * 2 end as route
  from fits
), counted_in as (
  select *, not is_dead and not (route > 0) as counts,
    case when route = 1 then pay_institution when route = 2 then pay_home when route = 0 then 0 end as pay
  from routed
)
select person_id, household_id, is_dead, disability_grade, severe, mind, route > 0 as on_tekun,
  cast(case when route is null or pay is null then 2 else route > 0 end as tinyint) as tekun_outcome,
  case when route is not null then pay end as tekun_amount_fen_m,
  cast(not is_dead as bigint) + coalesce(t1, false)::bigint * 2 + coalesce(t2, false)::bigint * 4
    + coalesce(t3, false)::bigint * 8 + coalesce(not supporters_able, false)::bigint * 16
    + (not is_covered_elsewhere)::bigint * 32 as tekun_criteria_met,
  (t1 is null)::bigint * 2 + (t2 is null)::bigint * 4 + (t3 is null)::bigint * 8
    + (supporters_able is null)::bigint * 16 as tekun_criteria_unknown,
  cast(case when pay is null or route is null then 0 else route end as tinyint) as tekun_route,
  counts,
  case when counts then counted when not counts then 0 end as income_share,
  case when counts then vehicle_count when not counts then 0 end as vehicles,
  case when counts then dwelling_count when not counts then 0 end as dwellings,
  case when counts then company_count when not counts then 0 end as companies,
  case when counts then medical_self_paid_fen_y when not counts then 0 end as medical,
  counts and (severe or (mind and disability_grade = 3) or is_seriously_ill) as alone,
  case when alone then
      std * single_person_permille // 1000 - case when single_person_counts_income > 0 then counted else 0 end
    when not alone then 0 end as single_raw,
  case when is_dead then 0 else
    wage_in - case when wage_before_fen_m > cost_before then wage_before_fen_m - cost_before
      when wage_before_fen_m <= cost_before then 0 end end as rise_raw,
  not is_dead and is_covered_elsewhere as twice
from counted_in;

create temp table h2 as
with a as (
  select household_id,
    case when count(counts) = count(*) then sum(counts::int)::bigint end as head,
    case when count(income_share) = count(*) then sum(income_share)::bigint end as income_members,
    case when count(vehicles) = count(*) then sum(vehicles)::bigint end as vehicles,
    case when count(dwellings) = count(*) then sum(dwellings)::bigint end as dwellings,
    case when count(companies) = count(*) then sum(companies)::bigint end as companies,
    case when count(medical) = count(*) then sum(medical)::bigint end as medical,
    case when count(alone) = count(*) then sum(alone::int)::bigint end as alone_count,
    case when count(single_raw) = count(*) then sum(greatest(single_raw, 0))::bigint end as single_total,
    case when count(rise_raw) = count(*) then sum(greatest(rise_raw, 0))::bigint end as rise,
    bool_or(twice) as twice
  from p1 group by household_id
), b as (
  select h.*, a.* exclude (household_id), a.income_members + h.shared as income, h.std * a.head as line
  from h0 h join a on a.household_id = h.household_id
), c as (
  select *,
    head > 0 as c0,
    income // greatest(head, 1) < std and head is not null as c1_raw,
    vehicles <= dibao_vehicle_limit as c2, dwellings <= dibao_dwelling_limit as c3,
    companies <= dibao_company_limit as c4, deposits_fen <= line * dibao_deposit_months as c5, not twice as c6,
    alone_count > 0 and single_total > 0 as c7,
    held_dibao and income >= line and income - rise < line as c8,
    income * 1000 < line * marginal_line_permille as m0,
    vehicles <= marginal_vehicle_limit and dwellings <= marginal_dwelling_limit and companies <= marginal_company_limit
      as m1,
    deposits_fen <= line * marginal_deposit_months as m2,
    medical + rigid_spending_fen_y as spent
  from b
), d as (
  select *, case when head is not null then c1_raw end as c1, c2 and c3 and c4 and c5 as owns_little,
    rigid_opened > 0 as r0, income < disposable_income_fen_m_pc * head as r1,
    case when rigid_ratio_inclusive > 0 then spent * 1000 >= income * 12 * rigid_ratio_permille
      else spent * 1000 > income * 12 * rigid_ratio_permille end and spent > 0 as r2
  from c
), e as (
  select *, c0 and c1 and owns_little and c6 as whole,
    c8 and c0 and owns_little and c6 and phase_out_months > 0 as phase_out
  from d
), f as (
  select *, m0 and m1 and m2 and c0 and not whole as edge, not whole and not phase_out as m3
  from e
), g as (
  select *, c7 and edge and c6 as single, edge and m3 as marginal,
    not (whole or phase_out or (edge and m3)) and c0 as r4
  from f
), r as (
  select *,
    case when whole then 1 when not whole then
      case when single then 2 when not single then cast(phase_out as int) * 3 end end as route,
    r0 and r1 and r2 and (m1 and m2) and r4 as rigid
  from g
), s as (
  select *,
    case when route = 1 then
        (greatest(line - income, 0) + greatest(dibao_rounding_fen, 1) - 1) // greatest(dibao_rounding_fen, 1)
          * greatest(dibao_rounding_fen, 1)
      when route = 2 then single_total
      when route = 3 then held_dibao_fen_m * phase_out_pay_permille // 1000
      when route = 0 then 0 end as pay
  from r
)
select household_id, whole or phase_out as family_on_dibao, route > 0 as on_dibao, marginal, care_subsidy_covers_grade3_mind,
  care_subsidy_excludes_tekun, care_subsidy_grade1_fen_m, care_subsidy_grade2_fen_m, care_subsidy_grade3_fen_m,
  living_subsidy_covers_marginal, living_subsidy_fen_m,
  cast(case when pay is null then 2 else route > 0 end as tinyint) as dibao_outcome,
  pay as dibao_amount_fen_m,
  coalesce(c0, false)::bigint + coalesce(c1, false)::bigint * 2 + coalesce(c2, false)::bigint * 4
    + coalesce(c3, false)::bigint * 8 + coalesce(c4, false)::bigint * 16 + coalesce(c5, false)::bigint * 32
    + coalesce(c6, false)::bigint * 64 + coalesce(c7, false)::bigint * 128 + coalesce(c8, false)::bigint * 256
    as dibao_criteria_met,
  (c0 is null)::bigint + (c1 is null)::bigint * 2 + (c2 is null)::bigint * 4 + (c3 is null)::bigint * 8
    + (c4 is null)::bigint * 16 + (c5 is null)::bigint * 32 + (c6 is null)::bigint * 64 + (c7 is null)::bigint * 128
    + (c8 is null)::bigint * 256 as dibao_criteria_unknown,
  cast(case when pay is null then 0 else route end as tinyint) as dibao_route,
  cast(case when marginal is null then 2 else marginal end as tinyint) as dibao_marginal_outcome,
  case when marginal is not null then 0::bigint end as dibao_marginal_amount_fen_m,
  coalesce(m0, false)::bigint + coalesce(m1, false)::bigint * 2 + coalesce(m2, false)::bigint * 4
    + coalesce(m3, false)::bigint * 8 + coalesce(c0, false)::bigint * 16 as dibao_marginal_criteria_met,
  (m0 is null)::bigint + (m1 is null)::bigint * 2 + (m2 is null)::bigint * 4 + (m3 is null)::bigint * 8
    + (c0 is null)::bigint * 16 as dibao_marginal_criteria_unknown,
  cast(case when rigid is null then 2 else rigid end as tinyint) as rigid_expenditure_outcome,
  case when rigid is not null then 0::bigint end as rigid_expenditure_amount_fen_m,
  coalesce(r0, false)::bigint + coalesce(r1, false)::bigint * 2 + coalesce(r2, false)::bigint * 4
    + coalesce(m1 and m2, false)::bigint * 8 + coalesce(r4, false)::bigint * 16 as rigid_expenditure_criteria_met,
  (r0 is null)::bigint + (r1 is null)::bigint * 2 + (r2 is null)::bigint * 4 + ((m1 and m2) is null)::bigint * 8
    + (r4 is null)::bigint * 16 as rigid_expenditure_criteria_unknown
from s;

create temp table p3 as
with b as (
  select p.*, h.care_subsidy_grade1_fen_m, h.care_subsidy_grade2_fen_m, h.care_subsidy_grade3_fen_m,
    h.living_subsidy_fen_m,
    severe or (mind and disability_grade = 3 and h.care_subsidy_covers_grade3_mind > 0) as k1,
    not (on_tekun and h.care_subsidy_excludes_tekun > 0) as k2,
    h.family_on_dibao or (h.on_dibao and alone) or (h.marginal and h.living_subsidy_covers_marginal > 0) as l2
  from p1 p join h2 h on h.household_id = p.household_id
), c as (
  select *, not is_dead and k1 and k2 as care, not is_dead and disability_grade > 0 and l2 and not on_tekun as living,
    case disability_grade when 1 then care_subsidy_grade1_fen_m when 2 then care_subsidy_grade2_fen_m
      else care_subsidy_grade3_fen_m end as care_pay
  from b
)
select person_id, household_id, tekun_outcome, tekun_amount_fen_m, tekun_criteria_met, tekun_criteria_unknown,
  tekun_route,
  cast(case when care is null then 2 else care end as tinyint) as disability_care_subsidy_outcome,
  case when care then care_pay when not care then 0 end as disability_care_subsidy_amount_fen_m,
  (not is_dead)::bigint + coalesce(k1, false)::bigint * 2 + coalesce(k2, false)::bigint * 4
    as disability_care_subsidy_criteria_met,
  (k1 is null)::bigint * 2 + (k2 is null)::bigint * 4 as disability_care_subsidy_criteria_unknown,
  cast(case when living is null then 2 else living end as tinyint) as disability_living_subsidy_outcome,
  case when living then living_subsidy_fen_m when not living then 0 end as disability_living_subsidy_amount_fen_m,
  (not is_dead)::bigint + coalesce(disability_grade > 0, false)::bigint * 2 + coalesce(l2, false)::bigint * 4
    + coalesce(not on_tekun, false)::bigint * 8 as disability_living_subsidy_criteria_met,
  (disability_grade is null)::bigint * 2 + (l2 is null)::bigint * 4 + (on_tekun is null)::bigint * 8
    as disability_living_subsidy_criteria_unknown
from c;
