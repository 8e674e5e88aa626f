#!/bin/sh
# Makes deploy/secrets/ once, for compose. A cluster gets its secrets from its own store.
set -eu
cd "$(dirname "$0")"

[ -d secrets ] && { echo "deploy/secrets/ is there already; remove it to make new ones."; exit 0; }

random() {
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

# The folder keeps others on this machine out; the files have to be readable for the
# containers' user, who is not the one that makes them.
umask 022
mkdir -m 700 secrets
for name in secret_key transactions_token auth_client_secret sandbox_secret_key sandbox_api_token \
    postgres_password; do
    random >"secrets/$name"
done
# Standard Webhooks: whsec_ and 24 to 64 bytes in base64. RFC 8292: a number of 32 bytes, below
# the order of P-256 since its first byte is zero, in base64url.
printf 'whsec_%s' "$(head -c 32 /dev/urandom | base64 | tr -d '\n')" >secrets/hook_secret
random >secrets/sms_token
printf '%s %s' "$(cat secrets/sms_token)" "$(cat secrets/sms_token)" >secrets/sms_tokens
{ head -c 1 /dev/zero; head -c 31 /dev/urandom; } | base64 | tr '+/' '-_' | tr -d '=\n' \
    >secrets/vapid_private_key
for database in selfcare sandbox; do
    printf 'postgresql://selfcare:%s@postgres:5432/%s' "$(cat secrets/postgres_password)" "$database" \
        >"secrets/${database}_database_url"
done
echo "deploy/secrets/ is made."
