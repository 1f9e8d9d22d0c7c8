-- What another attempt of an AI call needs beyond its reservation; whose claim an idempotency key is.

-- up
-- Each claim's own: whoever has outlived its lease neither answers for nor frees the key of who took it since. The default is for processes of
-- the version before.
alter table ai.idempotent_calls add column claim_id uuid not null default gen_random_uuid();

-- Sets more aside for a call that runs, on the day of its reservation: in all of its budgets or in none, and never less than was asked for.
-- `p_item`: an item of `ai_ledger.reserve`. Answers null, or the budget without room: {scope, subject, limit, spent, reserved, is_new}.
create function ai_ledger.extend(p_item jsonb) returns jsonb language plpgsql as $$
declare
  v_at tid;
  v_day date;
  v_full jsonb;
begin
  select r.ctid, r.day into v_at, v_day from ai_ledger.reservations r
    where r.workspace_id = (p_item ->> 'workspace_id')::uuid and r.call_id = (p_item ->> 'call_id')::uuid for update;
  if not found then raise exception 'The AI call % has no reservation', p_item ->> 'call_id'; end if;
  -- Locks the budgets in their order before one of them is looked at.
  perform ai_ledger.set_aside(jsonb_build_array(p_item || '{"amount": 0}'), v_day);
  select jsonb_build_object('scope', b.scope, 'subject', b.subject, 'limit', b.limit_pico_usd::text, 'spent', x.spent_pico_usd::text,
      'reserved', x.reserved_pico_usd::text, 'is_new', x.exhausted_at is null) into v_full
    from ai_ledger.budgets_of(jsonb_build_array(p_item)) b
      cross join lateral (
        select f.spent_pico_usd, f.reserved_pico_usd, f.exhausted_at from ai_ledger.feature_spending f
          where b.scope = 'feature' and f.day = v_day and f.feature = b.subject
        union all
        select s.spent_pico_usd, s.reserved_pico_usd, s.exhausted_at from ai_ledger.spending s
          where s.workspace_id = b.workspace_id and s.day = v_day and s.scope = b.scope and s.subject = b.subject
        limit 1
      ) x
    where x.spent_pico_usd + x.reserved_pico_usd + b.amount > b.limit_pico_usd
    order by b.rank limit 1;
  if found then return v_full; end if;
  perform ai_ledger.set_aside(jsonb_build_array(p_item), v_day);
  -- One that was released at its end is set aside again until the next look.
  update ai_ledger.reservations r
    set amount_pico_usd = r.amount_pico_usd + (p_item ->> 'amount')::numeric, held_pico_usd = r.held_pico_usd + (p_item ->> 'amount')::numeric,
      released_at = null
    where r.ctid = v_at;
  return null;
end $$;

-- down
drop function ai_ledger.extend(jsonb);
alter table ai.idempotent_calls drop column claim_id;
