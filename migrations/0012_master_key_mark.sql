-- Which master key this database was made with: a value derived from it, that tells nothing of it. With another key, or
-- none, the server does not start, instead of writing what nobody can read beside what it cannot read.
CREATE TABLE master_key_mark (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    mark bytea NOT NULL CHECK (octet_length(mark) = 32),
    created_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT (mark) ON master_key_mark TO motcua_app;
