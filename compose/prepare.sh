#!/bin/sh
# Passwords of the environment into files, each in the volume of the container that reads it and readable by its user only.
# Runs before everything else at each `docker-compose up`; the volumes' folders stay root's, so nobody else changes them.
set -eu
umask 077

fail() {
    echo "prepare: $*" >&2
    exit 1
}

# They become parts of URLs and of configurations.
for name in POSTGRES_PASSWORD POSTGRES_OWNER_PASSWORD POSTGRES_READER_PASSWORD REDIS_PASSWORD NATS_PASSWORD NATS_SUBSCRIBER_PASSWORD; do
    value=$(printenv "$name")
    case $value in
    *[!A-Za-z0-9._~-]*) fail "$name: only letters, digits and . _ ~ - may be in it" ;;
    esac
    [ "${#value}" -ge 16 ] || fail "$name: shorter than 16 characters"
done
case $NATS_SUBJECT in
*[!A-Za-z0-9._-]* | '') fail 'NATS_SUBJECT: only letters, digits and . _ - may be in it' ;;
esac

# put UID VOLUME/FILE: standard input becomes that file, at once.
put() {
    rm -f "/secrets/$2.new"  # of a start that was cut off
    cat >"/secrets/$2.new"
    chmod 400 "/secrets/$2.new"
    chown "$1:$1" "/secrets/$2.new"
    mv "/secrets/$2.new" "/secrets/$2"
}

for folder in /secrets/*; do
    chmod 755 "$folder"
done

printf '%s' "$POSTGRES_PASSWORD" | put 999 postgres/superuser_password
printf '%s' "$POSTGRES_OWNER_PASSWORD" | put 999 postgres/owner_password
printf '%s' "$POSTGRES_READER_PASSWORD" | put 999 postgres/reader_password

# The nameless user may ask whether Redis lives. The services' one may all but change Redis itself.
digest=$(printf '%s' "$REDIS_PASSWORD" | sha256sum | cut -d ' ' -f 1)
put 999 redis/users.acl <<END
user default on nopass resetkeys resetchannels -@all +ping
user watchtower on #$digest ~* &* +@all -@admin +info
END

# Subscribers read what is published, ask for the newest document and make consumers of the stream; nothing else.
put 10002 nats/users.conf <<END
authorization {
    users: [
        {user: watchtower, password: "$NATS_PASSWORD"}
        {user: subscriber, password: "$NATS_SUBSCRIBER_PASSWORD", permissions: {
            publish: ["watchtower.request.snapshot", "\$JS.API.INFO", "\$JS.API.STREAM.INFO.WATCHTOWER", "\$JS.API.STREAM.NAMES",
                      "\$JS.API.CONSUMER.*.WATCHTOWER", "\$JS.API.CONSUMER.*.WATCHTOWER.>", "\$JS.API.CONSUMER.DURABLE.CREATE.WATCHTOWER.>",
                      "\$JS.API.CONSUMER.MSG.NEXT.WATCHTOWER.>", "\$JS.ACK.WATCHTOWER.>"]
            subscribe: ["$NATS_SUBJECT", "$NATS_SUBJECT.>", "ccc.watchtower", "ccc.watchtower.>", "_INBOX.>"]
        }}
    ]
}
END

for service in collector api-gateway exporter publisher; do
    if [ "$service" = collector ]; then
        role=watchtower:$POSTGRES_OWNER_PASSWORD
    else
        role=watchtower_reader:$POSTGRES_READER_PASSWORD
    fi
    printf 'postgresql://%s@postgres:5432/watchtower' "$role" | put 10001 "$service/database_url"
    printf 'redis://watchtower:%s@redis:6379/0' "$REDIS_PASSWORD" | put 10001 "$service/redis_url"
    printf 'nats://watchtower:%s@nats:4222' "$NATS_PASSWORD" | put 10001 "$service/nats_url"
done
printf '%s' "$API_KEY" | put 10001 api-gateway/api_key
printf '%s' "$CCC_API_KEY" | put 10001 collector/ccc_api_key
if [ -d /secrets/grafana ]; then
    printf '%s' "$GRAFANA_PASSWORD" | put 472 grafana/admin_password
    printf '%s' "$POSTGRES_READER_PASSWORD" | put 472 grafana/watchtower_reader_password
fi
if [ -d /secrets/alertmanager ]; then
    printf '%s' "$TEAM_WEBHOOK_URL" | put 65534 alertmanager/team_webhook_url
    printf '%s' "${PAGER_WEBHOOK_URL:-$TEAM_WEBHOOK_URL}" | put 65534 alertmanager/pager_webhook_url
    printf '%s' "$WATCHDOG_WEBHOOK_URL" | put 65534 alertmanager/watchdog_webhook_url
fi
if [ -d /secrets/balancer ]; then
    put 101 balancer/certificate </tls/certificate
    put 101 balancer/key </tls/key
fi

# A fresh volume is root's where the image has no folder of that name.
chown 10002:10002 /data/nats
