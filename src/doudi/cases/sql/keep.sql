-- What says the same as the plan stays as it is; what is confirmed stays whatever the plan says.
update standing s set is_kept = true
where s.state = 'confirmed' or exists (
    select from planned n
    where n.subject_kind = s.subject_kind and n.subject_id = s.subject_id and n.programme = s.programme
      and n.kind = s.kind and n.amount_before_fen_m = s.amount_before_fen_m
      and n.amount_after_fen_m = s.amount_after_fen_m and n.route = s.route and n.cause = s.cause
      and n.flags::jsonb = s.flags
      and (n.state = 'held') = (s.state = 'held') and n.hold_clause = s.hold_clause)
