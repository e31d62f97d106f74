-- The decisions of a procedure (DMN): fees, which papers, which way of the workflow.
ALTER TABLE procedure_version ADD COLUMN decisions text;  -- DMN XML as it came; NULL: none
