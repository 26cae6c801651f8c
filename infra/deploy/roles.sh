#!/bin/sh
# Run once by the database's first start: the role that serves owns nothing.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set=password="$(cat /run/secrets/database_password)" <<'SQL'
CREATE ROLE kasane LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
REVOKE ALL ON DATABASE kasane FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE kasane TO kasane;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SQL
