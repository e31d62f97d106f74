-- What the pages of officials read, each as one short index range.

-- Results that nobody has collected yet may stay open for years; they have a list of their own and stay out of the queue.
DROP INDEX task_queue;
CREATE INDEX task_queue ON task (tenant_id, role, unit_id, urgent_at, id) WHERE state = 'open' AND kind <> 'hand_over';
CREATE INDEX task_hand_over ON task (tenant_id, role, unit_id, created_at DESC, id DESC) WHERE state = 'open' AND kind = 'hand_over';
CREATE INDEX task_done ON task (tenant_id, done_at) WHERE state = 'done';

CREATE INDEX dossier_waiting ON dossier (tenant_id, paused_since) WHERE status IN ('supplement', 'payment');
CREATE INDEX dossier_fee_due ON dossier (tenant_id, submitted_at) WHERE fee_state = 'due';
CREATE INDEX payment_paid ON payment (tenant_id, paid_at);
