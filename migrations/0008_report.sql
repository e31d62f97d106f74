-- Figures of agencies over a period, for the public and for reports. They cross tenants and hold counts only.

CREATE INDEX rating_created ON rating (tenant_id, created_at);
CREATE POLICY lookup ON rating FOR SELECT TO motcua_lookup USING (true);
GRANT SELECT ON rating TO motcua_lookup;

DO $$
BEGIN
    EXECUTE format('GRANT CREATE ON SCHEMA %I TO motcua_lookup', current_schema());
END $$;

-- One row a tenant that had anything to do. Reads what is open now and what ended since period_from, both by index, never
-- the archive. received_before + received_online + received_other = finished_* + open_*, for every tenant and period.
-- A dossier that was refused before it was received was never received and does not count.
CREATE FUNCTION report_figures(period_from timestamptz, period_to timestamptz)
RETURNS TABLE (tenant_id uuid, received_before bigint, received_online bigint, received_other bigint, finished_before bigint,
    finished_on_time bigint, finished_late bigint, open_in_time bigint, open_late bigint, ratings bigint, satisfied bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT t.id, d.received_before, d.received_online, d.received_other, d.finished_before, d.finished_on_time, d.finished_late,
        d.open_in_time, d.open_late, r.ratings, r.satisfied
    FROM tenant t
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE c.received_at < period_from) AS received_before,
            count(*) FILTER (WHERE c.received_at >= period_from AND c.channel = 'online') AS received_online,
            count(*) FILTER (WHERE c.received_at >= period_from AND c.channel <> 'online') AS received_other,
            count(*) FILTER (WHERE c.ended AND c.distance < interval '0') AS finished_before,
            count(*) FILTER (WHERE c.ended AND c.distance = interval '0') AS finished_on_time,
            count(*) FILTER (WHERE c.ended AND c.distance > interval '0') AS finished_late,
            count(*) FILTER (WHERE NOT c.ended AND NOT c.late_now) AS open_in_time,
            count(*) FILTER (WHERE NOT c.ended AND c.late_now) AS open_late
        FROM (
            SELECT o.received_at, o.channel, o.finished_at IS NOT NULL AND o.finished_at < period_to AS ended,
                -- minute precision; without a limit everything is on time
                coalesce(date_trunc('minute', o.finished_at) - date_trunc('minute', o.due_at), interval '0') AS distance,
                coalesce(o.paused_since IS NULL AND date_trunc('minute', o.due_at) < date_trunc('minute', period_to), false) AS late_now
            FROM (
                SELECT a.received_at, a.channel, a.finished_at, a.due_at, a.paused_since FROM dossier a
                WHERE a.tenant_id = t.id AND a.status IN ('submitted', 'received', 'processing', 'supplement', 'payment')
                    AND a.received_at < period_to
                UNION ALL
                SELECT b.received_at, b.channel, b.finished_at, b.due_at, b.paused_since FROM dossier b
                WHERE b.tenant_id = t.id AND b.finished_at >= period_from
                    AND b.status NOT IN ('submitted', 'received', 'processing', 'supplement', 'payment')
                    AND b.received_at < period_to
            ) o
        ) c
    ) d
    CROSS JOIN LATERAL (
        SELECT count(*) AS ratings, count(*) FILTER (WHERE q.level >= 2) AS satisfied
        FROM rating q WHERE q.tenant_id = t.id AND q.created_at >= period_from AND q.created_at < period_to
    ) r
    WHERE d.received_before + d.received_online + d.received_other > 0 OR r.ratings > 0
$$;
ALTER FUNCTION report_figures(timestamptz, timestamptz) OWNER TO motcua_lookup;
REVOKE ALL ON FUNCTION report_figures(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report_figures(timestamptz, timestamptz) TO motcua_app;

DO $$
BEGIN
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_lookup', current_schema());
END $$;
