-- A small known text, sealed with the encryption key of the installation: a key that does not open
-- it is another one. Absent in installations made before this step, until their next start.
alter table institution add column key_check text;
