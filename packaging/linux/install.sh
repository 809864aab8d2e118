#!/bin/sh
# Installs or upgrades Ancheng as a systemd service. Needs no network. Data in /var/lib/ancheng is never touched here.
#   sudo ./install.sh                                    on this machine only, http://localhost:8480
#   sudo ./install.sh --name HOST [--name IP]... [--port 443]
#                                                        for the office: https, with a certificate authority of its own
set -eu

PROGRAM=${ANCHENG_PROGRAM:-/opt/ancheng}
DATA=/var/lib/ancheng
SETTINGS=/etc/ancheng/ancheng.env
UNIT=/etc/systemd/system/ancheng.service
SIGNER=/var/lib/ancheng-signer
SIGNER_UNIT=/etc/systemd/system/ancheng-signer.service
DOOR=/run/ancheng-signer/door
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

tell() { printf '%s\n' "$1" "$2"; }
refuse() { printf '✗ %s\n  %s\n' "$1" "$2" >&2; exit 3; }
usage() { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }

names=''
port=''
while [ $# -gt 0 ]; do
  case $1 in
    --name) [ $# -gt 1 ] || usage; names="$names $2"; shift 2 ;;
    --port) [ $# -gt 1 ] || usage; port=$2; shift 2 ;;
    *) usage ;;
  esac
done

[ "$(id -u)" = 0 ] || refuse '請以 root 執行，例如 sudo ./install.sh。' 'Run it as root: sudo ./install.sh'
[ "$(uname -m)" = x86_64 ] || refuse "本安裝包限 x86_64，本機為 $(uname -m)。" "This package is for x86_64; this machine is $(uname -m)."
(cd "$here" && sha256sum --check --quiet SHA256SUMS) ||
  refuse '安裝包內容與 SHA256SUMS 不符，請重新複製。' 'Files differ from SHA256SUMS; copy the package again.'
"$here/ancheng" --version >/dev/null 2>&1 ||
  refuse '本機無法執行內附程式（需 glibc 2.28 以上）。' 'The programs inside do not run here (glibc 2.28 or later is needed).'

version=$(cat "$here/VERSION")
there=$(cat "$PROGRAM/current/VERSION" 2>/dev/null || echo "$version")
# Before anything is stopped: tables that a newer release brought up to date are refused by an older one.
[ "$(printf '%s\n' "$there" "$version" | sort -V | tail -n 1)" = "$version" ] ||
  refuse "已安裝較新的 ${there}，本安裝包為 ${version}，未作任何變更。要回到舊版：先執行 /opt/ancheng/current/uninstall.sh（資料保留），安裝舊版後還原升級前的備份。" \
    "The newer $there is installed and this is $version; nothing was changed. To go back: run /opt/ancheng/current/uninstall.sh (data stays), install the older one and restore the backup from before."
release=$PROGRAM/releases/$version
running=no
systemd=no
[ -d /run/systemd/system ] && systemd=yes

id ancheng >/dev/null 2>&1 || useradd --system --user-group --home-dir "$DATA" --no-create-home --shell /usr/sbin/nologin ancheng
install -d -o ancheng -g ancheng -m 0700 "$DATA"

# A signer set up by hand stays as it is; else it is ours: an account and a unit of its own.
own_signer=yes
if [ -e "$SIGNER_UNIT" ] && ! grep -q '^# Installed by install.sh' "$SIGNER_UNIT"; then own_signer=no; fi
setting() { sed -n "s/^$1=//p" "$SETTINGS" 2>/dev/null | tail -n 1; }
named=$(setting ANCHENG_SIGNER)
kept=$(setting ANCHENG_DATA)
if [ -n "$named" ] && [ "$named" != "$DOOR" ]; then own_signer=no; fi
if [ $own_signer = yes ]; then
  id ancheng-signer >/dev/null 2>&1 ||
    useradd --system --user-group --home-dir "$SIGNER" --no-create-home --shell /usr/sbin/nologin ancheng-signer
  install -d -o ancheng-signer -g ancheng -m 0700 "$SIGNER"
else
  tell '已有自行設定的簽章者，予以保留。' 'A signer was set up by hand; it is kept as it is.'
fi

# Laid beside the old release, then changed over by one link: an installation cut short leaves the old one whole.
if [ "$here" != "$release" ]; then
  rm -rf "$release.new"
  mkdir -p "$release.new"
  cp -a "$here/." "$release.new/"
  chown -R root:root "$release.new"
  chmod -R u=rwX,go=rX "$release.new"
fi

if [ $systemd = yes ] && systemctl is-active --quiet ancheng; then
  running=yes
  systemctl stop ancheng
fi
if [ $systemd = yes ] && [ $own_signer = yes ]; then systemctl stop ancheng-signer 2>/dev/null || true; fi
if [ "$here" != "$release" ]; then
  rm -rf "$release"
  mv "$release.new" "$release"
fi
ln -sfn "releases/$version" "$PROGRAM/current.new"
mv -T "$PROGRAM/current.new" "$PROGRAM/current"
ln -sf "$PROGRAM/current/ancheng" /usr/local/bin/ancheng

# Before the unit can start and make a key of its own: what an earlier release kept among the platform's files. Cut off, run again.
if [ $own_signer = yes ]; then
  ANCHENG_SIGNER_USER=ancheng-signer "$PROGRAM/current/ancheng" signer --take-over "${kept:-$DATA}" --state "$SIGNER" ||
    refuse '簽章者未能移交，服務未啟動；依上列訊息處理後再執行 install.sh。' \
      'The signer could not be moved and nothing was started; mend what stands above and run install.sh again.'
fi

if [ ! -e "$SETTINGS" ]; then
  mkdir -p "${SETTINGS%/*}"
  {
    echo '# Settings of the service; docs/operating/settings.md explains each. Kept when upgrading.'
    echo "ANCHENG_DATA=$DATA"
    if [ -n "$names" ]; then
      echo 'ANCHENG_HOST=0.0.0.0'
      echo "ANCHENG_PORT=${port:-443}"
      [ "${port:-443}" != 443 ] || echo 'ANCHENG_HTTP_PORT=80'
    else
      echo 'ANCHENG_HOST=127.0.0.1'
      echo "ANCHENG_PORT=${port:-8480}"
    fi
  } >"$SETTINGS"
  chmod 0640 "$SETTINGS"
  chgrp ancheng "$SETTINGS"
elif [ -n "$names$port" ]; then
  tell "已有設定 ${SETTINGS}，予以保留；--port 未採用。" "$SETTINGS is there already and is kept; --port was not applied."
fi

if [ $own_signer = yes ] && [ -z "$named" ]; then
  printf '\n# The signer of the ledger, an account of its own: docs/operating/ledger.md\nANCHENG_SIGNER=%s\n' "$DOOR" >>"$SETTINGS"
fi

if [ -n "$names" ]; then
  set --
  for name in $names; do set -- "$@" --name "$name"; done
  ANCHENG_USER=ancheng "$PROGRAM/current/ancheng" certificate own --data "$DATA" "$@"
fi

sed "s|/opt/ancheng/|$PROGRAM/|" "$release/ancheng.service" >"$UNIT"
if [ $own_signer = yes ]; then sed "s|/opt/ancheng/|$PROGRAM/|" "$release/ancheng-signer.service" >"$SIGNER_UNIT"; fi
if [ $systemd = yes ]; then
  systemctl daemon-reload
  [ $own_signer = no ] || systemctl enable --quiet ancheng-signer
  systemctl enable --quiet ancheng
  tell '啟動中，首次或升級後需一至數分鐘…' 'Starting; the first time or after an upgrade this takes a minute or more…'
  if ! systemctl start ancheng; then
    journalctl -u ancheng -n 12 --no-pager -o cat >&2
    refuse "已安裝 $version，但尚未能啟動，原因如上；排除後執行 systemctl restart ancheng。" \
      "$version is installed but has not started, for the reason above; mend it, then: systemctl restart ancheng"
  fi
  tell "已安裝 $version 並啟動。設定碼：journalctl -u ancheng | grep 設定碼" \
    "$version is installed and started. Set-up code: journalctl -u ancheng | grep set-up"
else
  tell "已安裝 $version。本機未執行 systemd，請自行啟動：ancheng start" \
    "$version is installed. systemd does not run here; start it yourself: ancheng start"
fi
[ $running = no ] || tell '資料保留原樣；首次啟動會更新資料表。' 'Data was kept; the first start brings the tables up to date.'
