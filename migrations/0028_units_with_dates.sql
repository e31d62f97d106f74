-- Official units come and go: what is known of one (its name, what it belongs to, when it ends) is corrected by
-- `motcua units import`.
GRANT UPDATE (kind, parent_code, name, full_name, valid_to, sort_order) ON administrative_unit TO motcua_app;
ALTER TABLE administrative_unit ADD CHECK (valid_to >= valid_from);

-- What is published stays as it was, for the owner of the database, too.
CREATE FUNCTION is_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is published and never changed or removed; publish a new one', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER is_published BEFORE UPDATE OR DELETE ON procedure_version FOR EACH ROW EXECUTE FUNCTION is_published();
CREATE TRIGGER is_published BEFORE UPDATE OR DELETE ON calendar FOR EACH ROW EXECUTE FUNCTION is_published();

INSERT INTO reference_version VALUES ('unit', 1);
