with
-- The dead, and whom they left.
died as materialized (
    select p.person_id, p.household_id, min(try_cast(f.value_text as date)) as died_on
    from persons p left join facts f
      on f.subject_kind = 'p' and f.subject_id = p.person_id and f.name = 'death_date'
    where p.is_dead group by 1, 2),
living as materialized (
    select household_id, count(*) filter (where not is_dead) as living_count,
           bool_or(is_covered_elsewhere and not is_dead) as has_covered_elsewhere
    from persons group by 1),
-- The dead whom an award still feeds; once the award was changed they no longer count.
still_fed as (
    select c.award_id, max(d.died_on) as died_on
    from coverage c join died d on d.person_id = c.person_id group by 1),
-- Families whose roster names a person whom another family's award feeds: it is the smaller family that makes the
-- amount smaller. An exit may have other grounds, so it stays with the family's means and is only flagged.
marked_double as (select distinct household_id from flags where code = 'double_enrolment'),
tekun_begins as (
    select distinct d.household_id
    from determinations d left join awards a
      on a.subject_kind = 'p' and a.subject_id = d.subject_id and a.programme = 'tekun'
    where d.programme = 'tekun' and d.outcome = 1 and a.award_id is null),
-- Who moves from one support to another that takes its place for the same person.
moves(from_programme, to_programme) as (
    values ('tekun', 'orphan_allowance'), ('tekun', 'unattended_child_allowance'),
           ('orphan_allowance', 'tekun'), ('unattended_child_allowance', 'tekun'),
           ('orphan_allowance', 'unattended_child_allowance'), ('unattended_child_allowance', 'orphan_allowance'),
           ('disability_living_subsidy', 'orphan_allowance'),
           ('disability_living_subsidy', 'unattended_child_allowance'),
           ('disability_care_subsidy', 'elderly_care_subsidy'), ('elderly_care_subsidy', 'disability_care_subsidy')),
moving as (
    select distinct d.subject_id, v.from_programme
    from determinations d join moves v on v.to_programme = d.programme
    where d.subject_kind = 'p' and d.outcome = 1),
base as (
    select d.id as determination_id, d.subject_kind, d.subject_id, d.household_id, d.programme, d.outcome,
           d.amount_fen_m, d.route, d.division_code, h.place_code, h.is_rural,
           a.award_id, a.amount_fen_m as before_fen, a.route as held_route,
           coalesce(l.living_count, 0) as living_count,
           case when d.subject_kind = 'p' then sd.person_id is not null else coalesce(l.living_count, 0) = 0 end
               as is_gone,
           coalesce(sd.died_on, sf.died_on) as died_on,
           sf.award_id is not null as feeds_dead,
           case when d.subject_kind = 'p' then coalesce(sp.is_covered_elsewhere, false)
                else coalesce(l.has_covered_elsewhere, false) end as is_double,
           d.subject_kind = 'h' and md.household_id is not null as is_marked_double,
           d.programme = 'dibao' and tb.household_id is not null as goes_to_tekun,
           mv.subject_id is not null as is_replaced,
           po.clause is not null as may_phase_out, po.month_count, po.pay_permille
    from determinations d
    join households h on h.household_id = d.household_id
    left join living l on l.household_id = d.household_id
    left join persons sp on sp.person_id = case when d.subject_kind = 'p' then d.subject_id end
    left join died sd on sd.person_id = case when d.subject_kind = 'p' then d.subject_id end
    left join awards a on a.subject_kind = d.subject_kind and a.subject_id = d.subject_id and a.programme = d.programme
    left join still_fed sf on sf.award_id = a.award_id
    left join marked_double md on md.household_id = d.household_id
    left join tekun_begins tb on tb.household_id = d.household_id
    left join moving mv on d.subject_kind = 'p' and mv.subject_id = d.subject_id and mv.from_programme = d.programme
    left join phase_outs po on po.place_code = h.place_code and po.programme = d.programme),
kinds as (
    select *,
        case
            when award_id is not null and is_gone then 'stop'
            when award_id is null and outcome = 1 and not is_gone then 'start'
            when award_id is null or outcome = 2 then null
            when outcome = 0 then 'stop'
            when route = 'phase_out' and held_route = 'phase_out' then null
            when route = 'phase_out' and may_phase_out then 'phase_out'
            when route = 'phase_out' then 'stop'
            when amount_fen_m <> before_fen or (held_route <> '' and held_route <> route) then 'change'
        end as kind
    from base),
caused as materialized (
    select *,
        case kind when 'stop' then 0
             when 'phase_out' then coalesce(amount_fen_m, before_fen * pay_permille // 1000)
             else amount_fen_m end as after_fen,
        case
            when kind = 'start' or (kind = 'change' and amount_fen_m >= before_fen) then ''
            when is_gone then 'death'
            when kind = 'change' and feeds_dead then 'death'
            when is_double or (kind = 'change' and is_marked_double) then 'double_enrolment'
            when goes_to_tekun or (kind = 'stop' and is_replaced) then 'switch'
            when route = 'phase_out' then 'work'
            when list_contains($by_condition, programme) then 'conditions'
            else 'hardship'
        end as cause
    from kinds where kind is not null),
-- Families whose dibao goes on although its reckoning has ended: the exit is held, or fades out.
goes_on as materialized (
    select c.household_id, max(f.clause) as clause, max(f.until) as until
    from caused c left join freezes f on f.place_code = c.place_code and f.programme = c.programme
    where c.programme = 'dibao' and (c.kind = 'phase_out' or (c.kind = 'stop' and f.clause is not null))
      and c.cause in ('hardship', 'work')
    group by 1
    union all
    select household_id, null, null from awards a
    where a.programme = 'dibao' and a.route = 'phase_out'
      and a.household_id not in (select household_id from caused where programme = 'dibao')),
-- Whom the amount feeds: the living who hold no other support of the group.
own_support as (
    select p.person_id, p.household_id,
           p.is_dead or p.is_covered_elsewhere or coalesce(t.kept, false) as is_left_out,
           coalesce(p.disability_grade in (1, 2) or (p.disability_grade = 3 and p.disability_kind in (5, 6))
                    or p.is_seriously_ill, false) as may_stand_alone
    from persons p left join (
        select d.subject_id, bool_or(d.outcome = 1 or (d.outcome = 2 and a.award_id is not null)
                                     or (a.award_id is not null and f.clause is not null)) as kept
        from determinations d
        join households h on h.household_id = d.household_id
        left join awards a on a.subject_kind = 'p' and a.subject_id = d.subject_id and a.programme = 'tekun'
        left join freezes f on f.place_code = h.place_code and f.programme = 'tekun'
        where d.programme = 'tekun' group by 1) t on t.subject_id = p.person_id),
fed as materialized (
    select household_id,
           list(person_id order by person_id) filter (where not is_left_out) as everyone,
           list(person_id order by person_id) filter (where not is_left_out and may_stand_alone) as alone
    from own_support group by 1),
flagged_households as (select household_id, list(distinct code order by code) as codes from flags group by 1),
marked as (
    select c.*, coalesce(fz.clause, go.clause) as freeze_clause, coalesce(fz.until, go.until) as freeze_until,
        case when c.subject_kind = 'p' then [c.subject_id]
             when c.route = 'single_person' and len(coalesce(f.alone, [])) > 0 then f.alone
             else coalesce(f.everyone, []) end as fed_ids,
        list_sort(list_distinct(list_filter([
            case when c.cause in ('death', 'double_enrolment', 'switch') then c.cause end,
            case when c.is_marked_double or (c.kind = 'start' and c.is_double) then 'double_enrolment' end,
            case when c.kind = 'change' and c.feeds_dead then 'death' end,
            case when c.programme = 'tekun' and c.kind = 'start' and held_dibao.household_id is not null then 'switch' end,
            case when c.kind = 'stop' and c.cause in ('hardship', 'work', 'conditions') then 'exit' end,
            case when c.kind = 'change' and c.cause in ('hardship', 'conditions') then 'reduction' end,
            case when c.kind = 'start' and rests.household_id is not null then 'switch' end,
            case when c.kind = 'change' and abs(c.after_fen - c.before_fen) * 2 > c.before_fen then 'amount_jump' end,
            case when u.programme is not null then 'unverified' end
        ] || list_filter(coalesce(fh.codes, []), lambda x: x <> 'double_enrolment'), lambda x: x is not null))) as codes
    from caused c
    left join fed f on f.household_id = c.household_id
    left join flagged_households fh on fh.household_id = c.household_id
    left join freezes fz on fz.programme = c.programme
         and fz.place_code = case when c.cause in ('hardship', 'work') then c.place_code end
    left join goes_on go on go.household_id = case
         when c.programme = 'disability_living_subsidy' and c.kind = 'stop' and c.cause = 'hardship'
         then c.household_id end
    -- The difference to dibao is reckoned from a dibao that the family, for now, goes on holding.
    left join goes_on rests on rests.household_id = case
         when c.programme = 'unattended_child_allowance' then c.household_id end
    left join (select distinct household_id from awards where programme = 'dibao') held_dibao
         on held_dibao.household_id = c.household_id
    left join unverified u on u.place_code = c.place_code and u.is_rural = c.is_rural and u.programme = c.programme
    -- While dibao goes on, the family is not put under the weaker kinds of recognition as well, and the
    -- subsidy that rests on dibao goes on with it: held with it, or left alone while it fades out.
    where not (c.household_id in (select household_id from goes_on)
               and ((c.kind = 'start' and c.programme in ('dibao_marginal', 'rigid_expenditure'))
                    or (c.programme = 'unattended_child_allowance' and c.kind = 'change')
                    or (c.programme = 'disability_living_subsidy' and c.kind = 'stop' and c.cause = 'hardship'
                        and go.clause is null))))
select
    determination_id, subject_kind, subject_id, household_id, programme, kind,
    coalesce(before_fen, 0) as amount_before_fen_m, cast(after_fen as bigint) as amount_after_fen_m,
    strftime(case when cause = 'death' and died_on is not null
        then greatest($first::date, cast(date_trunc('month', died_on) + interval 1 month as date)) else $first::date end,
        '%Y-%m') as since_month,
    case when kind = 'phase_out'
        then strftime($first::date + to_months(cast(month_count as integer)), '%Y-%m') else '' end as until_month,
    case when kind = 'stop' then '' else coalesce(route, '') end as route, cause,
    cast(to_json(case when kind = 'stop' then [] else fed_ids end) as varchar) as person_ids,
    case when len(list_filter(codes, lambda x: not list_contains($remarks, x))) > 0 then 'flagged' else 'clean' end
        as lane,
    cast(to_json(codes) as varchar) as flags,
    coalesce(freeze_clause, '') as hold_clause, freeze_until as hold_until,
    case when freeze_clause is not null then 'held' else 'proposed' end as state,
    division_code
from marked
order by household_id, subject_kind, subject_id, programme
