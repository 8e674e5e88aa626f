#!/bin/sh
# Sends one signed request: sign.sh GET /merchant-api/v1/balance
#                           sign.sh POST /merchant-api/v1/payments '{"amount_minor":6490,…}'
# MERCHANT_API is the origin, KEY_ID and KEY_SECRET the key (or KEY_FILE, an Ed25519 key as PEM).
# A retry is the same command with the same IDEMPOTENCY_KEY. The secret is an argument of openssl
# for a moment: on a machine that others share, take one of the other examples.
set -eu
method=$1 target=$2 body=${3-}
origin=${MERCHANT_API:-http://127.0.0.1:9000}
created=$(date +%s)
nonce=$(openssl rand -hex 16)
alg=hmac-sha256
[ -z "${KEY_FILE-}" ] || alg=ed25519

covered='"@method" "@target-uri"'
base="\"@method\": $method
\"@target-uri\": $origin$target"
set -- --silent --show-error --request "$method"
if [ -n "$body" ]; then
    digest="sha-256=:$(printf %s "$body" | openssl dgst -sha256 -binary | openssl base64 -A):"
    key=${IDEMPOTENCY_KEY:-$(openssl rand -hex 16)}
    covered="$covered \"content-type\" \"content-digest\" \"idempotency-key\""
    base="$base
\"content-type\": application/json
\"content-digest\": $digest
\"idempotency-key\": $key"
    set -- "$@" --header "Content-Type: application/json" --header "Content-Digest: $digest" \
        --header "Idempotency-Key: $key" --data-binary "$body"
fi
params="($covered);created=$created;expires=$((created + 60));nonce=\"$nonce\";keyid=\"$KEY_ID\";alg=\"$alg\""
base="$base
\"@signature-params\": $params"

if [ "$alg" = ed25519 ]; then
    text=$(mktemp)
    trap 'rm -f "$text"' EXIT
    printf %s "$base" >"$text"
    signature=$(openssl pkeyutl -sign -rawin -inkey "$KEY_FILE" -in "$text" | openssl base64 -A)
else
    signature=$(printf %s "$base" | openssl dgst -sha256 -hmac "$KEY_SECRET" -binary | openssl base64 -A)
fi
curl "$@" --header "Signature-Input: sig1=$params" --header "Signature: sig1=:$signature:" \
    "$origin$target"
echo
